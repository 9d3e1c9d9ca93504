#include "io/array_advice.hpp"

#include "io/hdf5.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <vector>

namespace archipel::io {
namespace {

/// What the values of a data set have in common.
struct Values {
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;   // of those that are finite
  bool whole = true;                                                            // no fractions
  bool finite = true;                                                           // neither infinite nor NaN
  bool all = true;                                                              // or those of the first entries

  void add(double value) {
    if (!std::isfinite(value)) {
      finite = false;
      return;
    }
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
    whole = whole && value == std::floor(value);
  }
};

/// None if HDF5 cannot read them as numbers.
std::optional<Values> values_of(hid_t set) {
  constexpr hsize_t most = 16'000'000, at_once = 1 << 18;   // values
  const H5Space space(H5Dget_space(set));
  std::vector<hsize_t> shape(std::size_t(std::max(0, H5Sget_simple_extent_ndims(space))));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  if (shape.empty()) return {};
  hsize_t each = 1;   // values of one entry
  for (std::size_t i = 1; i < shape.size(); ++i) each *= shape[i];
  if (each == 0 || shape[0] == 0 || each > most) return {};
  Values values{.all = shape[0] <= most / each};
  const hsize_t entries = values.all ? shape[0] : most / each, together = std::max<hsize_t>(1, at_once / each);
  std::vector<double> block;
  std::vector<hsize_t> start(shape.size()), count = shape;
  for (hsize_t first = 0; first < entries; first += together) {
    start[0] = first;
    count[0] = std::min(together, entries - first);
    block.resize(std::size_t(count[0] * each));
    const H5Space memory(H5Screate_simple(int(count.size()), count.data(), nullptr));
    if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
        H5Dread(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, block.data()) < 0)
      return {};
    for (const double value : block) values.add(value);
  }
  return values;
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

/// Of pixels in any range to bytes, for Python.
std::string scaled(const std::string& name, const Values& values) {
  const bool one = values.highest <= 1;
  if (values.lowest >= 0 && one) return "(255 * " + name + ").round().astype(\"uint8\")";
  if (values.lowest >= -1 && one) return "(127.5 * (" + name + " + 1)).round().astype(\"uint8\")";
  if (values.lowest >= 0 && values.highest <= 255)
    return name + (values.whole ? "" : ".round()") + ".astype(\"uint8\")";
  const auto shifted = values.lowest == 0 ? name
                                          : "(" + name + (values.lowest < 0 ? " + " : " - ") +
                                                number_text(std::abs(values.lowest)) + ")";
  return "(255 / " + number_text(values.highest - values.lowest) + " * " + shifted +
         ").clip(0, 255).round().astype(\"uint8\") in Python, with the same numbers for training and test images";
}

/// Text of a variable length, as h5py and the HDF5 library label dimensions; empty texts if there are none.
std::vector<std::string> dimension_labels(hid_t set, std::size_t dimensions) {
  std::vector<std::string> labels(dimensions);
  constexpr const char* name = "DIMENSION_LABELS";
  if (H5Aexists(set, name) <= 0) return labels;
  const H5Attribute attribute(H5Aopen(set, name, H5P_DEFAULT));
  if (attribute < 0) return labels;
  const H5Kind type(H5Aget_type(attribute));
  const H5Space space(H5Aget_space(attribute));
  if (H5Tis_variable_str(type) <= 0 || H5Sget_simple_extent_npoints(space) != hssize_t(dimensions)) return labels;
  std::vector<char*> texts(dimensions);
  if (H5Aread(attribute, type, texts.data()) < 0) return labels;
  for (std::size_t i = 0; i < dimensions; ++i)
    if (texts[i] != nullptr) labels[i] = texts[i];
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  return labels;
}

bool means_channels(std::string label) {
  std::ranges::transform(label, label.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return label == "c" || label.starts_with("channel") || label.starts_with("colour") || label.starts_with("color");
}

}   // namespace

std::string shape_text(std::span<const hsize_t> shape) {
  std::string text;
  for (const auto extent : shape) text += (text.empty() ? "[" : ", ") + std::to_string(extent);
  return (text.empty() ? "[" : text) + "]";
}

std::string type_text(hid_t type) {
  const auto bits = std::to_string(8 * H5Tget_size(type));
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits;
    case H5T_FLOAT:
      return "float" + bits;
    case H5T_ENUM:
      return "an enumeration or bool";
    default:
      return "no number";
  }
}

std::string advice_on_values(hid_t set, const std::string& name, bool pixels) {
  const H5Kind type(H5Dget_type(set));
  const std::string numbered = "numpy.unique(" + name + ", return_inverse=True)[1].astype(\"uint8\") in Python " +
                               "numbers the classes of training and test data together";
  if (H5Tget_class(type) == H5T_ENUM)
    return pixels ? "(255 * " + name + ".astype(\"uint8\")) in Python" : name + ".astype(\"uint8\") in Python";
  const auto values = values_of(set);
  if (!values) return pixels ? "pixels from 0 to 255" : numbered;
  if (values->lowest > values->highest) return "it holds no finite value";
  std::string text = (values->all ? "its values are " : "its first values are ") + number_text(values->lowest) +
                     " to " + number_text(values->highest);
  if (!values->finite) return text + ", and some are infinite or NaN: replace these first";
  if (values->lowest == values->highest) return text + ": all are equal";
  if (pixels) {
    text += ": " + scaled(name, *values);
    return text.ends_with("images") ? text : text + " in Python";
  }
  const bool classes = values->whole && values->lowest >= 0 && values->highest <= 255;
  return text + ": " + (classes ? name + ".astype(\"uint8\") in Python" : numbered);
}

std::string advice_on_shape(std::span<const hsize_t> shape, bool pixels) {
  if (shape.size() != 2) return "";
  if (pixels) {
    const auto side = std::to_string(hsize_t(std::lround(std::sqrt(double(shape[1])))));
    return std::stoull(side) * std::stoull(side) == shape[1]
               ? "; x.reshape(-1, " + side + ", " + side + ") in Python, if they are squares"
               : "";
  }
  return shape[1] == 1 ? "; y[:, 0] in Python"
                       : "; y.argmax(1).astype(\"uint8\") in Python, if it has a column for each class";
}

std::string channels_problem(hid_t set, std::span<const hsize_t> shape) {
  const auto labels = dimension_labels(set, shape.size());
  if (means_channels(labels[1])) return "";
  const auto first = shape[1], height = shape[2], last = shape[3];
  const bool looks_so = last <= 4 && first > 4 && height > last;
  if (!looks_so && !means_channels(labels[3])) return "";
  const auto turned = last == 1 ? std::string("x[..., 0]") : std::string("numpy.moveaxis(x, -1, 1)");
  return "has the shape " + shape_text(shape) + ", which are images with their channels last: allowed [count, " +
         "channels, height, width]; " + turned + " in Python. If they are " + std::to_string(first) + " channels of " +
         std::to_string(height) + " x " + std::to_string(last) +
         " pixels, say so: file[\"x\"].dims[1].label = \"channels\"";
}

}   // namespace archipel::io
