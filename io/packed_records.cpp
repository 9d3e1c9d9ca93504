#include "io/packed_records.hpp"

#include "base/error.hpp"
#include "io/hdf5.hpp"

#include <algorithm>

namespace archipel::io {

PackedRecords::PackedRecords(const std::string& path, const ResultsLayout& layout) {
  const QuietHdf5 quiet;
  const auto file = open_results(path);
  for (std::size_t number = 0; number < layout.stages.size(); ++number) {
    const auto& stage = layout.stages[number];
    for (const auto& wanted : data_sets(layout.space, stage, layout.stripe)) {
      const auto name = "stages/" + stage_name(number, stage) + "/" + wanted.name;
      const H5Set set(check(H5Dopen2(file, name.c_str(), H5P_DEFAULT), "H5Dopen2", name));
      const H5Space space(check(H5Dget_space(set), "H5Dget_space", name));
      std::vector<hsize_t> shape(wanted.shape.size());
      const bool fits = H5Sget_simple_extent_ndims(space) == int(shape.size()) &&
                        H5Sget_simple_extent_dims(space, shape.data(), nullptr) >= 0 &&
                        std::int64_t(shape[0]) == wanted.shape[0] &&
                        (shape.size() < 3 || std::int64_t(shape[2]) == wanted.shape[2]);
      if (!fits) throw SystemError("/" + name + ": its shape differs from the layout");
      Set packed{shape.size() > 1 ? std::int64_t(shape[1]) : 1, wanted.place_bytes(), {}};
      packed.bytes.resize(std::size_t(wanted.shape[0] * packed.per_island * packed.place_bytes));
      check(H5Dread(set, type_of(wanted.record), H5S_ALL, H5S_ALL, H5P_DEFAULT, packed.bytes.data()), "H5Dread", name);
      sets_.emplace(name, std::move(packed));
    }
  }
}

void PackedRecords::read(const std::string& set, std::int64_t island, std::int64_t first,
                         std::span<std::byte> bytes) const {
  const auto& [per_island, place_bytes, all] = sets_.at(set);
  std::ranges::fill(bytes, std::byte{0});
  if (first >= per_island) return;
  const auto there = std::min<std::size_t>(bytes.size(), std::size_t((per_island - first) * place_bytes));
  std::ranges::copy(std::span(all).subspan(std::size_t((island * per_island + first) * place_bytes), there),
                    bytes.begin());
}

}   // namespace archipel::io
