#pragma once

#include "io/hdf5.hpp"
#include "io/schema.hpp"

#include <functional>
#include <string>

namespace archipel::io {

/// What differs between a results file and its packed copy.
struct LayoutParts {
  /// Makes a data set of a stage in `group`; `path` is its name in the file.
  std::function<H5Set(hid_t group, const std::string& path, const DataSet& wanted)> make_set;
  /// Makes the final network `name` reachable in /models.
  std::function<void(hid_t models, const std::string& name)> add_model;
};

/// Makes everything in an empty HDF5 file: groups, attributes, texts, tables, models and the data sets of the stages.
void write_layout(hid_t file, const ResultsLayout& layout, const LayoutParts& parts);

/// SystemError if the file is not as `write_layout` makes it.
ResultsLayout read_layout(hid_t file);

}   // namespace archipel::io
