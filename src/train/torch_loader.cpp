#include "train/torch_parts.hpp"

#include "base/error.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace archipel::train {
namespace {

bool loaded = false;

/// Beside the program where it was built, in its own folder where it is installed.
std::filesystem::path library() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto built = folder / ARCHIPEL_TORCH_FILE;
  if (std::filesystem::exists(built)) return built;
  const auto installed = folder / ARCHIPEL_TORCH_PLACE / ARCHIPEL_TORCH_FILE;
  if (std::filesystem::exists(installed)) return installed.lexically_normal();
  throw SystemError("LibTorch is needed for what this study or command does: there is neither " + built.string() +
                    " nor " + installed.lexically_normal().string());
}

const TorchParts& load() {
  const auto path = library();
  const auto fail = [&](const std::string& reason) { throw SystemError("dlopen(" + path.string() + "): " + reason); };
  // Local: of the symbols that LibTorch brings, this program and its other libraries see none.
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) fail(dlerror());
  const auto entry = reinterpret_cast<TorchEntry*>(dlsym(handle, torch_entry_name));
  if (entry == nullptr) fail(dlerror());
  const TorchParts* parts = entry(ARCHIPEL_TORCH_BUILD);
  if (parts == nullptr) fail("it is of another build than this program (" ARCHIPEL_TORCH_BUILD ")");
  loaded = true;
  return *parts;
}

}   // namespace

const TorchParts& torch_parts() {
  static const TorchParts& parts = load();
  return parts;
}

void require_torch() { library(); }

std::string torch_text() {
  return loaded ? torch_parts().text() : "libtorch: " ARCHIPEL_TORCH_VERSION ", not loaded\n";
}

}   // namespace archipel::train
