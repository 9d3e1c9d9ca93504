#pragma once

#include <string>

namespace archipel::app {

/// A study that can be read only once, from a pipe or as "-" from standard input, while this program reads it several times and may start
/// itself anew: its text becomes the standard input, as a file in memory, and `path` and its place in `argv` become "-". Others
/// stay as they are. Its relative paths start at the current folder.
void keep_piped_study(std::string& path, char** argv);

/// As messages show the path of a study.
std::string shown_study(const std::string& path);

}   // namespace archipel::app
