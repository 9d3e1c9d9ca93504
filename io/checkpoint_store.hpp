#pragma once

#include "search/artefacts.hpp"

#include <set>
#include <string>

namespace archipel::io {

/// Checkpoints as files in `checkpoints/` of the folder beside a results file, each named by its evaluation's key: an evaluation
/// is a pure function, so whoever wrote the file last, it is a state on the way to the same row.
class CheckpointStore : public Checkpoints {
 public:
  /// `numerics`: a state kept under other numerics is not found. The folder is made when the first state is kept.
  CheckpointStore(const std::string& results_path, const std::string& numerics);

  void keep(const Digest& key, std::span<const std::byte> state) override;
  std::optional<std::vector<std::byte>> find(const Digest& key) override;
  bool has(const Digest& key) const override { return here_.contains(key); }
  void drop(const Digest& key) override;
  /// Of a finished study, whose rows are all committed: removes what kills have left.
  void clear();

 private:
  std::string path_of(const Digest& key) const { return folder_ + "/" + key.hex(); }
  Digest checksum(const Digest& key, std::span<const std::byte> state) const;

  std::string folder_, numerics_;
  std::set<Digest> here_;   // kept or found by this process, and not dropped
};

/// Where the checkpoints of a results file lie.
std::string checkpoint_folder(const std::string& results_path);

}   // namespace archipel::io
