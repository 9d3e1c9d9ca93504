#include "app/read_study.hpp"

#include "app/piped_study.hpp"
#include "io/study_file.hpp"
#include "mpi/collectives.hpp"

namespace archipel::app {

LoadedStudy load_study(const std::string& path, const std::vector<std::string>& sets, const mpi::Communicator& world) {
  LoadedStudy loaded;
  mpi::on_root(world, [&] { loaded.text = io::read_text(path); });
  mpi::broadcast(world, loaded.text);
  mpi::on_all(world, [&] { loaded.study = io::read_study(loaded.text, shown_study(path), sets); });
  return loaded;
}

}   // namespace archipel::app
