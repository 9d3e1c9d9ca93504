#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace archipel {
namespace {
std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}
}   // namespace

InputError::InputError(std::vector<std::string> problems)
    : std::runtime_error(joined(problems)), problems_(std::move(problems)) {}

void throw_errno(const std::string& call, const std::string& path) {
  const int code = errno;
  throw SystemError(call + "(" + path + "): " + std::strerror(code));
}

}   // namespace archipel
