#include "io/artefact_store.hpp"

#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/file_system.hpp"
#include "io/results_file.hpp"

#include <filesystem>

namespace archipel::io {
ArtefactStore::ArtefactStore(const std::string& results_path) : folder_(artefact_folder(results_path)) {}

Digest ArtefactStore::put(std::span<const std::byte> bytes) {
  const auto digest = digest_of(bytes);
  const auto path = path_of(digest);
  if (holds(digest)) return digest;
  make_folder(folder_);
  write_durably(path, bytes);
  return digest;
}

bool ArtefactStore::holds(const Digest& digest) const {
  const auto path = path_of(digest);
  return std::filesystem::exists(path) && digest_of(read_file(path)) == digest;
}

std::vector<std::byte> ArtefactStore::get(const Digest& digest) const {
  auto bytes = read_file(path_of(digest));
  if (digest_of(bytes) != digest)
    throw SystemError(path_of(digest) + ": damaged: its content does not have the digest in its name");
  return bytes;
}

}   // namespace archipel::io
