#include "mpi/gradient_sync.hpp"
#include "mpi/gradient_sync_bodies.hpp"

#include <algorithm>
#include <deque>

namespace archipel::mpi {
namespace {

class Host : public Device {
 public:
  std::span<float> allocate(std::size_t count) override { return memory_.emplace_back(count); }
  void write(std::span<float> to, std::vector<float> values) override { std::ranges::copy(values, to.begin()); }
  std::vector<float> read(std::span<const float> from) override { return {from.begin(), from.end()}; }

 private:
  std::deque<std::vector<float>> memory_;
};

}   // namespace

std::vector<Body> bodies(const Communicator& world) {
  std::vector<Body> all;
  all.push_back({"MPI", true, std::make_unique<Host>(), std::make_unique<MpiGradientSync>(world)});
  if (world.size() == 1) all.push_back({"local", true, std::make_unique<Host>(), std::make_unique<train::LocalSync>()});
  return all;
}

}   // namespace archipel::mpi
