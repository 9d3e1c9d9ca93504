#pragma once

#include <string>

namespace archipel {

/// `text` as one word of a POSIX shell: as it is if no character of it means anything there, else in quotes.
std::string shell_word(const std::string& text);
/// The same for the name of a file as an argument: one that begins with '-' would be taken for an option.
std::string shell_path(const std::string& path);

}   // namespace archipel
