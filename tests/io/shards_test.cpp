#include "io/shards.hpp"

#include "shard_files.hpp"
#include "temporary_folder.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <thread>

using namespace archipel;
using namespace archipel::io;

namespace {

struct Fixture : TemporaryFolder {
  std::vector<std::uint8_t> pixels = random_bytes(1000 * 2 * 30 * 40, 1);   // of 1000 images, 2.4 MB
  std::string file(const std::string& name) const { return path + "/" + name; }

  /// The images in three files.
  Shards shards() const {
    std::size_t first = 0;
    std::vector<std::string> paths;
    for (const int count : {300, 1, 699}) {
      paths.push_back(file("part" + std::to_string(paths.size()) + ".h5"));
      const auto begin = pixels.begin() + std::ptrdiff_t(first * 2400);
      ShardFile(paths.back()).images({count, 2, 30, 40}, {begin, begin + count * 2400});
      first += std::size_t(count);
    }
    return find_shards(paths);
  }
  void check_fails(const std::vector<std::string>& names, const std::string& message) const {
    std::vector<std::string> paths;
    for (const auto& name : names) paths.push_back(file(name));
    try {
      find_shards(paths);
      BOOST_ERROR("taken although: " << message);
    } catch (const InputError& error) {
      BOOST_TEST_REQUIRE(error.problems().size() == 1u);
      BOOST_TEST(error.problems()[0] == path + "/" + message);
    }
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(shards_are_one_data_set_in_their_order, Fixture) {
  const auto found = shards();
  BOOST_TEST(found.count() == 1000);
  BOOST_TEST(found.channels == 2);
  BOOST_TEST(found.height == 30);
  BOOST_TEST(found.width == 40);
  const ShardReader reader(Shards::from_text(found.to_text()));
  std::vector<std::uint32_t> all(1000);
  std::iota(all.begin(), all.end(), 0u);
  std::vector<std::uint8_t> read(pixels.size()), labels(1000);
  reader.read_images(all, read);
  BOOST_TEST((read == pixels));
  reader.read_labels(labels);
  BOOST_TEST(int(labels[299]) == 9);
  BOOST_TEST(int(labels[300]) == 0);
  BOOST_TEST(int(labels[301]) == 0);
  BOOST_TEST(int(labels[999]) == 8);
  BOOST_TEST((reader.digest_of(0) != reader.digest_of(2)));
}

BOOST_FIXTURE_TEST_CASE(any_ascending_positions_are_read_by_several_threads, Fixture) {
  const ShardReader reader(shards());
  std::vector<int> wrong(3);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      Stream draws(std::uint64_t(t), Purpose::canary, 0, 0, 0);
      for (int trial = 0; trial < 60; ++trial) {
        std::vector<std::uint32_t> positions;
        const double density = trial % 3 == 0 ? 0.01 : draws.unit();
        for (std::uint32_t i = 0; i < 1000; ++i)
          if (draws.chance(density)) positions.push_back(i);
        std::vector<std::uint8_t> read(positions.size() * 2400);
        reader.read_images(positions, read);
        for (std::size_t i = 0; i < positions.size(); ++i)
          wrong[std::size_t(t)] +=
              !std::equal(read.begin() + std::ptrdiff_t(i * 2400), read.begin() + std::ptrdiff_t((i + 1) * 2400),
                          pixels.begin() + positions[i] * 2400);
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST((wrong == std::vector<int>(3)));
}

BOOST_FIXTURE_TEST_CASE(images_may_have_no_dimension_of_channels, Fixture) {
  ShardFile(file("a.h5")).images({5, 6, 7}, random_bytes(5 * 42, 1));
  ShardFile(file("b.h5")).images({5, 1, 6, 7}, random_bytes(5 * 42, 1));
  const auto found = find_shards({file("a.h5"), file("b.h5")});
  BOOST_TEST(found.channels == 1);
  BOOST_TEST(found.height == 6);
  BOOST_TEST(found.width == 7);
}

BOOST_FIXTURE_TEST_CASE(wrong_files_are_named_with_what_is_wrong, Fixture) {
  auto bytes = random_bytes(10 * 42, 1);
  bytes[0] = 0, bytes[1] = 255;
  std::vector<std::uint8_t> labels(10);
  std::iota(labels.begin(), labels.end(), std::uint8_t{0});
  ShardFile(file("good.h5")).images({10, 6, 7}, bytes);
  check_fails({"absent.h5"}, "absent.h5 cannot be opened: No such file or directory");
  std::ofstream(file("text.h5")) << "no HDF5";
  BOOST_CHECK_THROW(find_shards({file("text.h5")}), InputError);
  ShardFile(file("x.h5")).set("x", {10, 6, 7}, bytes);
  check_fails({"x.h5"}, "x.h5: has no data set \"y\": expected labels [count]");
  ShardFile(file("y.h5")).set("y", {10}, labels);
  check_fails(
      {"y.h5"},
      "y.h5: has no data set \"x\": expected images [count, height, width] or [count, channels, height, width]");
  H5Group(make_group(ShardFile(file("group.h5")).id(), "x"));
  check_fails(
      {"group.h5"},
      "group.h5: \"x\" is no data set: expected images [count, height, width] or [count, channels, height, width]");
  ShardFile(file("float.h5")).set("x", {10, 6, 7}, bytes, H5T_IEEE_F32LE).set("y", {10}, labels);
  check_fails({"float.h5"},
              "float.h5: data set \"x\" is of type float32: allowed uint8, unsigned bytes; its values are 0 to 255: "
              "x.astype(\"uint8\") in Python");
  ShardFile(file("int.h5")).set("x", {10, 6, 7}, bytes).set("y", {10}, labels, H5T_STD_I64LE);
  check_fails({"int.h5"},
              "int.h5: data set \"y\" is of type int64: allowed uint8, unsigned bytes; its values are 0 to 9: "
              "y.astype(\"uint8\") in Python");
  ShardFile(file("flat.h5")).set("x", {10, 42}, bytes).set("y", {10}, labels);
  check_fails({"flat.h5"},
              "flat.h5: data set \"x\" has the shape [10, 42]: expected images [count, height, width] or [count, "
              "channels, height, width]");
  ShardFile(file("none.h5")).set("x", {0, 6, 7}, {}).set("y", {0}, {});
  check_fails({"none.h5"}, "none.h5: data set \"x\" has the shape [0, 6, 7], which is not possible");
  ShardFile(file("few.h5")).set("x", {10, 6, 7}, bytes).set("y", {9}, labels);
  check_fails({"few.h5"}, "few.h5: 10 images in \"x\", but 9 labels in \"y\"; the numbers must be equal");
  ShardFile(file("wide.h5")).images({10, 7, 6}, bytes);
  check_fails({"good.h5", "wide.h5"}, "wide.h5: images of 1 x 7 x 6, but those of " + file("good.h5") +
                                          " have 1 x 6 x 7 (channels, height, width); they must be equal");
  check_fails({"good.h5", "good.h5"}, "good.h5: named twice among the shards");
  {
    const ShardFile packed(file("packed.h5"));
    const std::int64_t shape[] = {10, 6, 7}, count[] = {10};
    make_packed_set(packed.id(), "x", H5T_STD_U8LE, shape, std::as_bytes(std::span(bytes)));
    make_packed_set(packed.id(), "y", H5T_STD_U8LE, count, std::as_bytes(std::span(labels)));
  }
  check_fails({"packed.h5"},
              "packed.h5: data set \"x\" is compressed: allowed contiguous data sets; rewrite the file with `h5repack "
              "-l x,y:CONTI " +
                  file("packed.h5") + " NEW.h5`");
  std::filesystem::resize_file(file("x.h5"), std::filesystem::file_size(file("x.h5")) - 10);
  check_fails({"x.h5"}, "x.h5: truncated: data set \"x\" ends at byte 2468 of 2458");
}

BOOST_FIXTURE_TEST_CASE(other_types_come_with_the_python_that_makes_bytes_of_them, Fixture) {
  const std::vector<std::uint8_t> labels{0, 1};
  int number = 0;
  const auto says = [&](const std::vector<double>& values, hid_t type, const std::string& said) {
    const auto name = "values" + std::to_string(++number) + ".h5";
    {
      const ShardFile made(file(name));
      const std::int64_t shape[] = {2, 1, 2};
      const auto set = make_set(made.id(), "x", type, shape);
      check(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "H5Dwrite", name);
    }
    try {
      find_shards({file(name)});
      BOOST_ERROR("taken although: " << said);
    } catch (const InputError& error) {
      BOOST_TEST(std::string(error.what()).ends_with(said), error.what());
    }
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  says({0, 0.25, 0.5, 1}, H5T_IEEE_F32LE, "its values are 0 to 1: (255 * x).round().astype(\"uint8\") in Python");
  says({0, 1, 1, 0}, H5T_STD_I64LE, "its values are 0 to 1: (255 * x).round().astype(\"uint8\") in Python");
  says({-1, 0.5, 1, 0}, H5T_IEEE_F64LE,
       "its values are -1 to 1: (127.5 * (x + 1)).round().astype(\"uint8\") in Python");
  says({0, 12.5, 255, 3}, H5T_IEEE_F32LE, "its values are 0 to 255: x.round().astype(\"uint8\") in Python");
  says({0, 12, 255, 3}, H5T_STD_I32LE, "its values are 0 to 255: x.astype(\"uint8\") in Python");
  says({-10, 0, 500, 3}, H5T_STD_I16LE,
       "its values are -10 to 500: (255 / 510 * (x + 10)).clip(0, 255).round().astype(\"uint8\") in Python, with the "
       "same numbers for training and test images");
  says({0, nan, 1, 0.5}, H5T_IEEE_F32LE, "its values are 0 to 1, and some are infinite or NaN: replace these first");
  says({nan, nan, nan, nan}, H5T_IEEE_F32LE, "it holds no finite value");

  ShardFile(file("flat.h5")).set("x", {2, 9}, std::vector<std::uint8_t>(18)).set("y", {2}, labels);
  check_fails(
      {"flat.h5"},
      "flat.h5: data set \"x\" has the shape [2, 9]: expected images [count, height, width] or [count, channels, "
      "height, width]; x.reshape(-1, 3, 3) in Python, if they are squares");
  ShardFile(file("column.h5")).set("x", {2, 1, 2}, {1, 2, 3, 4}).set("y", {2, 1}, labels);
  check_fails({"column.h5"},
              "column.h5: data set \"y\" has the shape [2, 1]: expected labels [count]; y[:, 0] in Python");
  ShardFile(file("hot.h5")).set("x", {1, 1, 2}, {1, 2}).set("y", {1, 2}, labels);
  check_fails({"hot.h5"},
              "hot.h5: data set \"y\" has the shape [1, 2]: expected labels [count]; y.argmax(1).astype(\"uint8\") in "
              "Python, if it has a column for each class");
  ShardFile(file("below.h5")).set("x", {2, 1, 2}, {1, 2, 3, 4}).set("y", {2}, {255, 255}, H5T_STD_I8LE);
  BOOST_CHECK_THROW(find_shards({file("below.h5")}), InputError);
}

BOOST_FIXTURE_TEST_CASE(channels_that_come_last_are_refused_unless_they_are_said_to_be_first, Fixture) {
  const auto label = [&](const std::string& name, const std::vector<const char*>& labels) {
    const H5File opened(check(H5Fopen(file(name).c_str(), H5F_ACC_RDWR, H5P_DEFAULT), "H5Fopen", name));
    const H5Set set(check(H5Dopen2(opened, "x", H5P_DEFAULT), "H5Dopen2", name));
    const H5Kind text(check(H5Tcopy(H5T_C_S1), "H5Tcopy", name));
    check(H5Tset_size(text, H5T_VARIABLE), "H5Tset_size", name);
    const hsize_t count = labels.size();
    const H5Space space(check(H5Screate_simple(1, &count, nullptr), "H5Screate_simple", name));
    const H5Attribute made(
        check(H5Acreate2(set, "DIMENSION_LABELS", text, space, H5P_DEFAULT, H5P_DEFAULT), "H5Acreate2", name));
    check(H5Awrite(made, text, labels.data()), "H5Awrite", name);
  };
  const auto make = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
    ShardFile(file(name)).images(shape, random_bytes(std::size_t(shape[0] * shape[1] * shape[2] * shape[3]), 1));
  };
  make("last.h5", {10, 12, 14, 3});
  check_fails(
      {"last.h5"},
      "last.h5: data set \"x\" has the shape [10, 12, 14, 3], which are images with their channels last: allowed "
      "[count, channels, height, width]; numpy.moveaxis(x, -1, 1) in Python. If they are 12 channels of 14 x 3 "
      "pixels, say so: file[\"x\"].dims[1].label = \"channels\"");
  make("grey.h5", {10, 28, 28, 1});
  BOOST_CHECK_EXCEPTION(find_shards({file("grey.h5")}), InputError, [](const InputError& error) {
    return std::string(error.what()).find("x[..., 0] in Python") != std::string::npos;
  });
  make("said.h5", {10, 12, 14, 3});
  label("said.h5", {"", "channels", "", ""});
  BOOST_TEST(find_shards({file("said.h5")}).channels == 12);

  for (const auto& shape : {std::vector<std::int64_t>{10, 3, 12, 14}, {10, 3, 3, 3}, {10, 1, 40, 3}, {10, 200, 5, 5}}) {
    const auto name = "first" + std::to_string(shape[1] + shape[2]) + ".h5";
    make(name, shape);
    BOOST_TEST(find_shards({file(name)}).channels == shape[1]);
  }
  make("contrary.h5", {10, 3, 12, 14});
  label("contrary.h5", {"count", "height", "width", "Channels"});
  BOOST_CHECK_THROW(find_shards({file("contrary.h5")}), InputError);
}

BOOST_FIXTURE_TEST_CASE(all_wrong_files_are_named_at_once, Fixture) {
  ShardFile(file("good.h5")).images({10, 6, 7}, random_bytes(420, 1));
  try {
    find_shards({file("a"), file("good.h5"), file("b")});
    BOOST_ERROR("taken");
  } catch (const InputError& error) {
    BOOST_TEST(error.problems().size() == 2u);
  }
}

BOOST_FIXTURE_TEST_CASE(no_damage_is_more_than_a_message, Fixture) {
  ShardFile(file("good.h5")).images({10, 6, 7}, random_bytes(420, 1));
  std::ifstream in(file("good.h5"), std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  Stream draws(5, Purpose::canary, 0, 0, 0);
  for (int trial = 0; trial < 300; ++trial) {
    auto damaged = good.substr(0, trial % 2 == 0 ? good.size() : draws.below(std::uint32_t(good.size())));
    for (int i = 0; i < 8 && !damaged.empty(); ++i)
      damaged[draws.below(std::uint32_t(damaged.size()))] = char(draws.below(256));
    std::ofstream(file("damaged.h5"), std::ios::binary) << damaged;
    try {
      const ShardReader reader(find_shards({file("damaged.h5")}));
      std::vector<std::uint8_t> labels(std::size_t(reader.shards().count()));
      reader.read_labels(labels);
    } catch (const InputError& error) {
      BOOST_TEST(std::string(error.what()).starts_with(file("damaged.h5")), error.what());
    }
  }
}

BOOST_FIXTURE_TEST_CASE(patterns_name_files_in_the_order_of_bytes, Fixture) {
  const std::string folder = file("odd [folder]*");
  std::filesystem::create_directories(folder);
  for (const auto* name : {"t-2.h5", "t-10.h5", "t-B.h5", "t-a.h5", "u.h5"}) std::ofstream(folder + "/" + name) << "x";
  const auto at = [&](const std::string& name) { return folder + "/" + name; };
  BOOST_TEST((matching_files(at("t-*.h5"), "") ==
              std::vector<std::string>{at("t-10.h5"), at("t-2.h5"), at("t-B.h5"), at("t-a.h5")}));
  BOOST_TEST((matching_files(at("t-[0-9].h5"), "") == std::vector<std::string>{at("t-2.h5")}));
  BOOST_TEST((matching_files(at("absent.h5"), "") == std::vector<std::string>{at("absent.h5")}));
  BOOST_CHECK_EXCEPTION(
      matching_files(at("v*.h5"), "data.train_shards = [\"v*.h5\"]"), InputError, [&](const InputError& error) {
        return std::string(error.what()) == "data.train_shards = [\"v*.h5\"]: no file matches " + at("v*.h5");
      });
}

BOOST_FIXTURE_TEST_CASE(more_files_may_be_open_than_the_soft_limit_says, Fixture) {
  rlimit before{}, small{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::vector<std::string> paths;
  for (int i = 0; i < 100; ++i) {
    paths.push_back(file(std::to_string(i)));
    ShardFile(paths.back()).images({2, 3, 3}, random_bytes(18, 1));
  }
  const auto found = find_shards(paths);
  small = before;
  small.rlim_cur = 64;
  ::setrlimit(RLIMIT_NOFILE, &small);
  BOOST_TEST(ShardReader(found).digest_of(99).hex().size() == 32u);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_cut_while_it_is_read_is_a_failure_of_the_system, Fixture) {
  const auto found = shards();
  const ShardReader reader(found);
  std::filesystem::resize_file(found.files[2].path, 100'000);
  std::vector<std::uint8_t> one(2400);
  const std::uint32_t last[] = {999};
  BOOST_CHECK_THROW(reader.read_images(last, one), SystemError);
}
