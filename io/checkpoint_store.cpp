#include "io/checkpoint_store.hpp"

#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/file_system.hpp"
#include "io/results_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace archipel::io {

CheckpointStore::CheckpointStore(const std::string& results_path, const std::string& numerics)
    : folder_(checkpoint_folder(results_path)), numerics_(numerics) {}

Digest CheckpointStore::checksum(const Digest& key, std::span<const std::byte> state) const {
  return Hasher().add(numerics_).add(key).add(digest_of(state)).digest();
}

void CheckpointStore::keep(const Digest& key, std::span<const std::byte> state) {
  make_folder(folder_);
  const auto sum = checksum(key, state);
  std::vector<std::byte> content(state.begin(), state.end());
  const auto tail = std::as_bytes(std::span(&sum, 1));
  content.insert(content.end(), tail.begin(), tail.end());
  try {
    write_durably(path_of(key), content);
  } catch (const SystemError&) {
    if (std::filesystem::exists(folder_)) throw;
    return;   // another attempt at this study has finished it and removed all checkpoints
  }
  here_.insert(key);
}

std::optional<std::vector<std::byte>> CheckpointStore::find(const Digest& key) {
  std::error_code code;
  if (!std::filesystem::exists(path_of(key), code)) return {};
  std::vector<std::byte> content;
  try {
    content = read_file(path_of(key));
  } catch (const SystemError&) {   // another rank, with the same evaluation, has just dropped it; or it cannot be read
    return {};
  }
  Digest sum;
  if (content.size() < sizeof sum) return {};
  std::memcpy(&sum, content.data() + content.size() - sizeof sum, sizeof sum);
  content.resize(content.size() - sizeof sum);
  if (checksum(key, content) != sum) return {};
  here_.insert(key);
  return content;
}

void CheckpointStore::drop(const Digest& key) {
  here_.erase(key);
  if (::unlink(path_of(key).c_str()) != 0 && errno != ENOENT) throw_errno("unlink", path_of(key));
}

void CheckpointStore::clear() {
  std::error_code code;
  std::filesystem::remove_all(folder_, code);   // what another attempt still writes is left to `archipel clean`
}

std::string checkpoint_folder(const std::string& results_path) {
  return artefact_folder(results_path) + "/checkpoints";
}

}   // namespace archipel::io
