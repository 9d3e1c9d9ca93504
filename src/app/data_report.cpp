#include "app/data_report.hpp"

#include "base/error.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace archipel::app {
namespace {

constexpr double unbalanced = 10;   // times as many images in the largest class as in the smallest

std::string counted(std::int64_t count, const std::string& one, const std::string& several) {
  return grouped(count) + " " + (count == 1 ? one : several);
}
std::string images(std::int64_t count) { return counted(count, "image", "images"); }

/// Labels that have images.
struct Classes {
  explicit Classes(const std::vector<std::int64_t>& of_class) {
    for (std::size_t label = 0; label < of_class.size(); ++label) {
      const auto of_this = of_class[label];
      if (of_this == 0) continue;
      if (count == 0 || of_this < of_class[smallest]) smallest = label;
      if (count == 0 || of_this > of_class[largest]) largest = label;
      ++count;
    }
    if (count == 0) return;
    fewest = of_class[smallest];
    most = of_class[largest];
  }
  std::int64_t count = 0, fewest = 0, most = 0;
  std::size_t smallest = 0, largest = 0;   // labels
};

std::string shape_of(const train::Inspection& seen) {
  return fmt::format("{} of {} x {}, {}, values {} to {}", images(seen.count), seen.height, seen.width,
                     counted(seen.channels, "channel", "channels"), seen.lowest, seen.highest);
}

std::string classes_of(const train::Inspection& seen) {
  const Classes classes(seen.of_class);
  const auto text = counted(classes.count, "class", "classes");
  if (classes.fewest == classes.most) return text + " of " + images(classes.most);
  return fmt::format("{} of {} (label {}) to {} (label {}) images", text, grouped(classes.fewest), classes.smallest,
                     grouped(classes.most), classes.largest);
}

/// "3, 7, 12 and 5 more".
std::string listed(const std::vector<std::size_t>& labels) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(labels.size(), most); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(labels[i]);
  return labels.size() > most ? fmt::format("{} and {} more", text, labels.size() - most) : text;
}

/// Labels of training images that no image of `seen` has.
std::vector<std::size_t> missing(const train::Inspection& seen, const train::Inspection& training) {
  std::vector<std::size_t> labels;
  for (std::size_t label = 0; label < training.of_class.size(); ++label)
    if (training.of_class[label] > 0 && (label >= seen.of_class.size() || seen.of_class[label] == 0))
      labels.push_back(label);
  return labels;
}

}   // namespace

std::string grouped(std::int64_t number) {
  auto text = std::to_string(number);
  for (auto at = std::ptrdiff_t(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) text.insert(std::size_t(at), ",");
  return text;
}

std::string understood(const SeenData& data) { return shape_of(data.seen) + "; " + classes_of(data.seen); }

std::vector<std::string> described(const SeenData& data) {
  const bool test = data.part == SeenData::Part::test;
  std::vector<std::string> lines{shape_of(data.seen), classes_of(data.seen)};
  if (test) lines[1] += "; inspected, but not seen by a network yet";
  else lines[1] += "; " + grouped(data.validation) + " images held out for validation";
  return lines;
}

std::vector<std::string> doubts(const SeenData& data, const SeenData& training) {
  const auto& seen = data.seen;
  const bool test = data.part == SeenData::Part::test;
  std::vector<std::string> lines;
  const auto add = [&](const std::string& text) { lines.push_back(data.name + ": " + text); };
  if (seen.highest <= 1)
    add("no pixel is above 1: if they were scaled to 0..1, multiply by 255 before they become bytes");
  else if (test && (seen.highest * 4 < training.seen.highest || training.seen.highest * 4 < seen.highest))
    add(fmt::format("values {} to {}, but those of training {} to {}: are they scaled alike?", seen.lowest,
                    seen.highest, training.seen.lowest, training.seen.highest));
  if (seen.blank > 0)
    add(fmt::format("{} blank (all pixels equal)",
                    seen.blank == 1 ? "1 image is" : grouped(seen.blank) + " images are"));
  if (seen.repeated > 0)
    add(fmt::format(
        "{} an earlier one{}", seen.repeated == 1 ? "1 image repeats" : grouped(seen.repeated) + " images repeat",
        seen.contradicted > 0 ? ", " + grouped(seen.contradicted) + " with another label than most of their equals"
                              : ""));
  if (data.trained > 0)
    add(fmt::format("{} training {}, too: its accuracy will be too high",
                    data.trained == 1 ? "1 image is a" : grouped(data.trained) + " images are",
                    data.trained == 1 ? "image" : "images"));
  const Classes classes(seen.of_class);
  if (!test && !seen.of_class.empty() && seen.of_class[0] == 0)
    add("no image has label 0: labels begin with 1, and one output of each network has nothing to learn");
  if (test)
    if (const auto labels = missing(seen, training.seen); !labels.empty())
      add(fmt::format("no image has label {}", listed(labels)));
  if (double(classes.most) >= unbalanced * double(classes.fewest))
    add(fmt::format("unbalanced: who always says label {} is right for {:.0f} % of the images", classes.largest,
                    100 * double(classes.most) / double(seen.count)));
  return lines;
}

void check_not_blank(const train::Inspection& seen, const std::string& where) {
  if (seen.lowest < seen.highest) return;
  throw InputError(where + ": every pixel of all " + images(seen.count) + " is " + std::to_string(seen.lowest) +
                   (seen.lowest == 0 ? ": if they were scaled to 0..1, multiply by 255 before they become bytes"
                                     : ": there is nothing to tell apart"));
}

}   // namespace archipel::app
