#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/array_advice.hpp"
#include "io/hdf5.hpp"
#include "io/shards.hpp"

#include <fcntl.h>
#include <glob.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace archipel::io {
namespace {

/// Looks at one file. Every failure names it.
class Finder {
 public:
  explicit Finder(std::string path) : path_(std::move(path)), bytes_(size()), file_(open()) {}

  struct Found {
    std::vector<hsize_t> shape;
    std::int64_t at = 0;
  };

  Found find(const std::string& name, std::vector<std::size_t> ranks, const std::string& meaning) const {
    if (H5Lexists(file_, name.c_str(), H5P_DEFAULT) <= 0) fail("has no data set \"" + name + "\": " + meaning);
    const H5Set set(H5Dopen2(file_, name.c_str(), H5P_DEFAULT));
    if (set < 0) fail("\"" + name + "\" is no data set: " + meaning);
    const auto wrong = [&](const std::string& what) { fail("data set \"" + name + "\" " + what); };
    const H5Kind type(check(H5Dget_type(set), "H5Dget_type", path_));
    if (type_text(type) != "uint8")
      wrong("is of type " + type_text(type) + ": allowed uint8, unsigned bytes; " +
            advice_on_values(set, name, name == "x"));
    const H5Space space(check(H5Dget_space(set), "H5Dget_space", path_));
    Found found{.shape = std::vector<hsize_t>(std::size_t(std::max(0, H5Sget_simple_extent_ndims(space))))};
    H5Sget_simple_extent_dims(space, found.shape.data(), nullptr);
    if (std::ranges::find(ranks, found.shape.size()) == ranks.end())
      wrong("has the shape " + shape_text(found.shape) + ": " + meaning + advice_on_shape(found.shape, name == "x"));
    if (found.shape.size() == 4)
      if (const auto problem = channels_problem(set, found.shape); !problem.empty()) wrong(problem);
    hsize_t bytes = 1;
    for (const auto extent : found.shape) {
      if (extent == 0 || extent > hsize_t(std::numeric_limits<std::int64_t>::max()) / bytes)
        wrong("has the shape " + shape_text(found.shape) + ", which is not possible");
      bytes *= extent;
    }
    const H5List list(check(H5Dget_create_plist(set), "H5Dget_create_plist", path_));
    if (H5Pget_layout(list) != H5D_CONTIGUOUS || H5Pget_external_count(list) != 0)
      wrong(std::string(H5Pget_nfilters(list) > 0 ? "is compressed" : "does not lie in one piece") +
            ": allowed contiguous data sets; rewrite the file with `h5repack -l x,y:CONTI " + shell_path(path_) +
            " NEW.h5`");
    const haddr_t at = H5Dget_offset(set);
    if (at == HADDR_UNDEF) wrong("was never written");
    if (at + bytes > hsize_t(bytes_))
      fail("truncated: data set \"" + name + "\" ends at byte " + std::to_string(at + bytes) + " of " +
           std::to_string(bytes_));
    found.at = std::int64_t(at);
    return found;
  }

  [[noreturn]] void fail(const std::string& what) const { throw InputError(path_ + ": " + what); }
  std::int64_t bytes() const { return bytes_; }

 private:
  std::int64_t size() const {
    try {
      return Descriptor(path_, O_RDONLY).size();
    } catch (const SystemError& error) {
      const std::string text = error.what();
      throw InputError(path_ + " cannot be opened" + text.substr(std::min(text.size(), text.rfind(": "))));
    }
  }
  H5File open() const {
    try {
      return open_results(path_);
    } catch (const SystemError& error) {
      const std::string text = error.what();
      fail(text.find("truncated") != std::string::npos ? "truncated: it is shorter than its header says"
                                                       : "not an HDF5 file, or damaged (" + text + ")");
    }
  }

  std::string path_;
  std::int64_t bytes_;
  H5File file_;
};

/// One file, which must agree with `shards`, what is known so far.
void add(Shards& shards, const std::string& path) {
  const Finder finder(path);
  const auto x = finder.find("x", {3, 4}, "expected images [count, height, width] or [count, channels, height, width]");
  const auto y = finder.find("y", {1}, "expected labels [count]");
  if (x.shape[0] != y.shape[0])
    finder.fail(std::to_string(x.shape[0]) + " images in \"x\", but " + std::to_string(y.shape[0]) +
                " labels in \"y\"; the numbers must be equal");
  constexpr hsize_t longest = 1 << 20;   // side of an image, or channels
  for (const auto extent : std::span(x.shape).subspan(1))
    if (extent > longest)
      finder.fail("images of the shape " + shape_text(std::span(x.shape).subspan(1)) + " are not possible");
  const bool has_channels = x.shape.size() == 4;
  const int channels = has_channels ? int(x.shape[1]) : 1, height = int(x.shape[x.shape.size() - 2]),
            width = int(x.shape.back());
  if (shards.files.empty()) {
    shards.channels = channels;
    shards.height = height;
    shards.width = width;
  }
  if (channels != shards.channels || height != shards.height || width != shards.width)
    finder.fail("images of " + std::to_string(channels) + " x " + std::to_string(height) + " x " +
                std::to_string(width) + ", but those of " + shards.files[0].path + " have " +
                std::to_string(shards.channels) + " x " + std::to_string(shards.height) + " x " +
                std::to_string(shards.width) + " (channels, height, width); they must be equal");
  if (std::int64_t(x.shape[0]) > std::numeric_limits<int>::max() - shards.count())
    finder.fail("with this shard there are more than " + std::to_string(std::numeric_limits<int>::max()) + " images");
  shards.files.push_back(
      {.path = path, .count = std::int64_t(x.shape[0]), .images_at = x.at, .labels_at = y.at, .size = finder.bytes()});
}

}   // namespace

std::vector<std::string> matching_files(const std::filesystem::path& pattern, const std::string& shown) {
  const auto name = pattern.filename().string();
  if (name.find_first_of("*?[") == std::string::npos) return {pattern.string()};
  std::string text;
  for (const char c : pattern.parent_path().string()) {   // a folder is what it is
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  if (!text.empty() && text.back() != '/') text += '/';
  glob_t found{};
  const int code = ::glob((text + name).c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  std::vector<std::string> files;
  if (code == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (files.empty()) throw InputError(shown + ": no file matches " + pattern.string());
  std::ranges::sort(files);   // by bytes, wherever it runs
  return files;
}

Shards find_shards(const std::vector<std::string>& paths) {
  const QuietHdf5 quiet;
  Shards shards;
  std::vector<std::string> problems;
  auto sorted = paths;
  std::ranges::sort(sorted);
  for (auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end();
       twice = std::adjacent_find(twice + 1, sorted.end()))
    problems.push_back(*twice + ": named twice among the shards");
  for (const auto& path : paths) try {
      add(shards, path);
    } catch (const InputError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    } catch (const SystemError& error) {
      problems.push_back(path + ": " + error.what());
    }
  if (!problems.empty()) throw InputError(problems);
  return shards;
}

}   // namespace archipel::io
