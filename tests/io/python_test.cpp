#include "io/artefact_store.hpp"
#include "io/file_system.hpp"
#include "io/model_file.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>

using namespace archipel;
using namespace archipel::io;

// h5py and pandas read what was written: the script compares with the values printed here.
BOOST_AUTO_TEST_CASE(h5py_and_pandas_read_the_file) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  write_sample(path, layout, 20);
  make_folder(artefact_folder(path) + "/models");
  write_model(ArtefactStore(path).model_path("winner"),
              {{"stem.weight", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"scale", {}, {0.5F}}}, {{"genome", "grün"}});
  {
    std::ofstream expected(folder / "expected.txt");
    expected.precision(17);
    for (std::int32_t island = 0; island < 4; ++island) {
      for (std::int64_t ask = 0; ask < 20; ++ask) {
        const auto row = sample_row(layout, 0, {island, ask});
        const auto& evaluation = row.evaluation;
        expected << island << ' ' << ask;
        for (const double value : row.genome) expected << ' ' << value;
        expected << ' ' << evaluation.objectives[0] << ' ' << evaluation.objectives[1] << ' ' << evaluation.reported[0]
                 << ' ' << name_of(evaluation.outcome) << ' ' << name_of(row.op) << ' ' << row.late << ' '
                 << row.key.high << ' ' << row.key.low << ' ' << row.cost << ' ' << row.clock << ' '
                 << row.parents[0].island << ' ' << row.parents[0].ask << ' ' << row.parents[1].island << ' '
                 << row.parents[1].ask << ' ' << evaluation.weights.high << ' ' << evaluation.curve.size() << ' '
                 << evaluation.curve[0].train_loss << '\n';
      }
    }
  }
  const std::string command = std::string(PYTHON) + " " + SCRIPT + " " + path + " " + (folder / "expected.txt");
  BOOST_TEST(std::system(command.c_str()) == 0, "failed: " << command);
}
