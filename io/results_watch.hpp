#pragma once

#include "io/descriptor.hpp"
#include "io/user_block.hpp"

namespace archipel::io {

/// Whether the path by which `file` was opened, for reading at least, still leads to it, and it still begins with `made`: another
/// program may replace, rename, remove, cut or overwrite the results file of a run. Costs a stat and a read of its first bytes.
/// SystemError that says what became of it and what to do. Rows that no name leads to any more are copied before that, into a file
/// beside the path that the message names.
void require_still_there(const Descriptor& file, const UserBlock& made);

/// InputError if rows of an earlier run were saved beside `path` so, and nobody has looked at them yet.
void require_nothing_saved_beside(const std::string& path);

}   // namespace archipel::io
