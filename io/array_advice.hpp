#pragma once

#include <hdf5.h>

#include <span>
#include <string>

namespace archipel::io {

/// "uint8", "float32", "an enumeration or bool".
std::string type_text(hid_t type);
/// "[60000, 28, 28]".
std::string shape_text(std::span<const hsize_t> shape);

/// For a data set `name` of another type than unsigned bytes: what values it has, and the Python that makes unsigned bytes of
/// them. Reads at most its first 16 million values. `pixels`: or else labels.
std::string advice_on_values(hid_t set, const std::string& name, bool pixels);

/// For a data set of another number of dimensions than it may have: the Python that makes it so; "" if there is none.
std::string advice_on_shape(std::span<const hsize_t> shape, bool pixels);

/// What is wrong with images of the shape [count, channels, height, width], as far as the shape and the labels of the
/// dimensions tell; "" if nothing. Few channels come last in most arrays of Python, and would be taken for pixels.
std::string channels_problem(hid_t set, std::span<const hsize_t> shape);

}   // namespace archipel::io
