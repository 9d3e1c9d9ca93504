#include "train/training_state.hpp"

#include <cstring>
#include <type_traits>

namespace archipel::train {
namespace {

constexpr std::uint64_t format = 0x3143686341;   // "AchC1"

/// The parts of a state in the order in which they are stored: for writing and reading.
template <class State, class Visit>
void each_part(State& state, const Visit& visit) {
  visit(state.epoch);
  visit(state.step);
  visit(state.loss);
  visit(state.learning_rate);
  visit(state.curve);
  visit(state.weights.parameters);
  visit(state.weights.statistics);
  visit(state.optimiser.first);
  visit(state.optimiser.second);
  visit(state.optimiser.power1);
  visit(state.optimiser.power2);
}

class Writer {
 public:
  template <class T>
  void operator()(const std::vector<T>& values) {
    (*this)(std::uint64_t(values.size()));
    add(values.data(), values.size() * sizeof(T));
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(const T& value) { add(&value, sizeof value); }
  std::vector<std::byte> bytes;

 private:
  void add(const void* from, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), first, first + size);
  }
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : left_(bytes) {}
  template <class T>
  void operator()(std::vector<T>& values) {
    std::uint64_t count = 0;
    (*this)(count);
    if (count > left_.size() / sizeof(T)) good_ = false;
    if (!good_) return;
    values.resize(count);
    take(values.data(), count * sizeof(T));
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(T& value) {
    if (left_.size() < sizeof value) good_ = false;
    if (good_) take(&value, sizeof value);
  }
  bool ended_well() const { return good_ && left_.empty(); }

 private:
  void take(void* to, std::size_t size) {
    if (size > 0) std::memcpy(to, left_.data(), size);
    left_ = left_.subspan(size);
  }
  std::span<const std::byte> left_;
  bool good_ = true;
};

bool same_sizes(const TrainingState& a, const TrainingState& b) {
  return a.weights.parameters.size() == b.weights.parameters.size() &&
         a.weights.statistics.size() == b.weights.statistics.size() &&
         a.optimiser.first.size() == b.optimiser.first.size() && a.optimiser.second.size() == b.optimiser.second.size();
}

}   // namespace

std::vector<std::byte> to_bytes(const TrainingState& state) {
  Writer writer;
  writer(format);
  each_part(state, [&](const auto& part) { writer(part); });
  return std::move(writer.bytes);
}

std::optional<TrainingState> state_from(std::span<const std::byte> bytes, const TrainingState& fresh) {
  Reader reader(bytes);
  std::uint64_t found = 0;
  reader(found);
  TrainingState state;
  if (found == format) each_part(state, [&](auto& part) { reader(part); });
  if (found != format || !reader.ended_well() || !same_sizes(state, fresh)) return {};
  if (state.epoch < 0 || state.step < 0 || std::int64_t(state.curve.size()) != state.epoch) return {};
  return state;
}

}   // namespace archipel::train
