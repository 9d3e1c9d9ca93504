#include "io/pack.hpp"

#include "app/commands.hpp"
#include "base/shell.hpp"
#include "io/status.hpp"
#include "io/user_block.hpp"

#include <filesystem>
#include <iostream>

namespace archipel::app {

int pack(const std::string& results, const std::string& packed) {
  auto to = packed;
  if (to.empty()) to = std::filesystem::path(results).replace_extension(".packed.h5").string();
  io::pack(results, to);
  if (const auto state = io::status(results); state.changed)
    std::cout << results << ": " << io::metadata_changed << "\n";
  std::cout << to << ": " << io::size_text(double(io::status(to).bytes_on_disk)) << " instead of "
            << io::size_text(double(io::status(results).bytes_on_disk))
            << " on disk (without what lies beside it); `archipel diff " << shell_path(results) << " " << shell_path(to)
            << "` compares them\n";
  return 0;
}

}   // namespace archipel::app
