#pragma once

#include "mpi/communicator.hpp"
#include "study/study.hpp"

#include <string>
#include <vector>

namespace archipel::app {

struct LoadedStudy {
  std::string text;   // of the file
  Study study;        // with `--set` and defaults applied
};

/// Reads on rank 0, parses everywhere. Collective; mistakes are the same InputError on every rank.
LoadedStudy load_study(const std::string& path, const std::vector<std::string>& sets, const mpi::Communicator& world);

}   // namespace archipel::app
