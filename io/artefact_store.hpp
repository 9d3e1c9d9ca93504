#pragma once

#include "search/artefacts.hpp"

#include <string>

namespace archipel::io {

/// Artefacts as files in the folder beside a results file, each named by its digest.
class ArtefactStore : public Artefacts {
 public:
  /// The folder is made when the first artefact is stored.
  explicit ArtefactStore(const std::string& results_path);

  Digest put(std::span<const std::byte> bytes) override;
  std::vector<std::byte> get(const Digest& digest) const override;
  bool holds(const Digest& digest) const override;

  std::string path_of(const Digest& digest) const { return folder_ + "/" + digest.hex(); }
  /// Where the final network `name` belongs: the results file links to it.
  std::string model_path(const std::string& name) const { return folder_ + "/models/" + name + ".h5"; }

 private:
  std::string folder_;
};

}   // namespace archipel::io
