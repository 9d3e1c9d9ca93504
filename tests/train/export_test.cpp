#include "synthetic.hpp"

#include "train/export.hpp"
#include "train/numerics.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Fixture {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("archipel_export_" + std::to_string(getpid()));
  SyntheticImages images{500, 4, 15, 1, 2};
  TrainingData data{images.set, 100, 1};
  NetworkSpec network = network_of(every_operation(12), 2, 15, 15, 4);
  Training training;

  Fixture() {
    prepare_process();
    std::filesystem::create_directories(folder);
    LocalSync sync;
    TrainingPlan plan{.settings = {.batch = 64, .learning_rate = 0.02, .flip = true}, .epochs = 2};
    training = train::train(network, plan, data, 1, {sync});
  }
  ~Fixture() { std::filesystem::remove_all(folder); }

  template <class T>
  void write(const char* name, std::span<const T> values) const {
    std::ofstream(folder / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()), std::streamsize(values.size_bytes()));
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(python_computes_the_same_outputs, Fixture) {
  const auto script = torchscript_of(network, training.weights, data);
  BOOST_TEST((script == torchscript_of(network, training.weights, data)));
  write("network.pt", std::span<const char>(script));
  std::vector<std::uint32_t> all(images.set.count);
  std::iota(all.begin(), all.end(), 0u);
  std::vector<float> input(images.pixels.size()), logits(all.size() * 4);
  Standardiser(data).assemble(images.set, all, input.data());
  TrainingState state{.weights = training.weights};
  const auto engine = host_engine(network, {}, state);
  engine->push();
  engine->predict(input.data(), images.set.count, logits.data());
  write("pixels", std::span<const std::uint8_t>(images.pixels));
  write("logits", std::span<const float>(logits));

  const std::string python = ARCHIPEL_TORCH_PYTHON;
  BOOST_REQUIRE_MESSAGE(std::system((python + " -c 'import torch' 2>/dev/null").c_str()) == 0,
                        python << " cannot import torch: install it (Debian: python3-torch) to test exported networks");
  const std::string command = python + " " + ARCHIPEL_RUN_TORCHSCRIPT + " " + folder.string() + " 500 2 15 15";
  BOOST_TEST(std::system(command.c_str()) == 0, command);
}
