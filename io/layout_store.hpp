#pragma once

#include "io/hdf5.hpp"
#include "io/schema.hpp"
#include "io/user_block.hpp"

#include <string>
#include <vector>

namespace archipel::io {

/// Makes everything in an empty HDF5 file: groups, attributes, texts, tables, links and the empty data sets of the stages,
/// whose places are returned, sorted by offset. `artefacts`: the folder named in links.
std::vector<Extent> write_layout(hid_t file, const ResultsLayout& layout, const std::string& artefacts);

/// SystemError if the file is not as `write_layout` makes it.
ResultsLayout read_layout(hid_t file);

}   // namespace archipel::io
