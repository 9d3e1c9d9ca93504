#pragma once

#include "base/error.hpp"
#include "search/job.hpp"
#include "search/row.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace archipel::mpi {

// What messages are made of, as bytes of this machine's kind. SystemError for anything that `Writer` cannot have written.

class Writer {
 public:
  template <class T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(T value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(const Digest& digest) {
    put(digest.high);
    put(digest.low);
  }
  void put(const Origin& origin) {
    put(origin.island);
    put(origin.ask);
  }
  void put(const std::vector<double>& values) {
    put(std::uint64_t(values.size()));
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  }
  void put(const Candidate& candidate) {
    put(candidate.origin);
    put(candidate.fitness);
    put(candidate.weights);
    put(candidate.genome);
    put(candidate.objectives);
  }
  void put(std::string_view text) {
    put(std::uint64_t(text.size()));
    bytes_.append(text);
  }
  void put(const Job& job) {
    put(job.origin);
    put(job.genome);
    put(job.key);
    put(job.cost);
    put(job.clock);
    for (const auto& parent : job.parents) put(parent);
    put(job.op);
    put(std::int32_t(job.replicate));
    put(std::int32_t(job.attempt));
    put(std::int32_t(job.team));
  }
  void put(const Row& row) {
    put(row.origin);
    put(row.genome);
    put(row.evaluation.outcome);
    put(row.evaluation.objectives);
    put(row.evaluation.reported);
    put(std::uint64_t(row.evaluation.curve.size()));
    for (const auto& point : row.evaluation.curve) {
      put(point.train_loss);
      put(point.validation_accuracy);
      put(point.learning_rate);
    }
    put(row.evaluation.weights);
    put(row.key);
    put(row.cost);
    put(row.clock);
    for (const auto& parent : row.parents) put(parent);
    put(row.op);
    put(std::int32_t(row.replicate));
    put(row.late);
  }
  void put(const std::vector<Candidate>& candidates) {
    put(std::uint64_t(candidates.size()));
    for (const auto& candidate : candidates) put(candidate);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <class T>
    requires std::is_arithmetic_v<T> T number() {
      need(sizeof(T));
      T value;
      std::memcpy(&value, left_.data(), sizeof value);
      left_.remove_prefix(sizeof value);
      return value;
    }
  bool flag() {
    const auto value = number<std::uint8_t>();
    if (value > 1) fail("a flag that is neither 0 nor 1");
    return value == 1;
  }
  Outcome outcome() {
    const auto value = number<std::uint8_t>();
    if (value < std::uint8_t(Outcome::ok) || value > std::uint8_t(Outcome::error)) fail("an unknown outcome");
    return Outcome(value);
  }
  Origin origin() {
    Origin origin;
    origin.island = number<std::int32_t>();
    origin.ask = number<std::int64_t>();
    return origin;
  }
  Digest digest() {
    Digest digest;
    digest.high = number<std::uint64_t>();
    digest.low = number<std::uint64_t>();
    return digest;
  }
  Operator op() {
    const auto value = number<std::uint8_t>();
    if (value < std::uint8_t(Operator::random) || value > std::uint8_t(last_operator)) fail("an unknown operator");
    return Operator(value);
  }
  std::vector<double> doubles() {
    std::vector<double> values(count(sizeof(double)));
    const auto size = values.size() * sizeof(double);
    if (size > 0) std::memcpy(values.data(), left_.data(), size);
    left_.remove_prefix(size);
    return values;
  }
  std::string_view text() {
    const auto text = left_.substr(0, count(1));
    left_.remove_prefix(text.size());
    return text;
  }
  Candidate candidate() {
    Candidate candidate;
    candidate.origin = origin();
    candidate.fitness = number<double>();
    candidate.weights = digest();
    candidate.genome = doubles();
    candidate.objectives = doubles();
    return candidate;
  }
  Job job() {
    Job job;
    job.origin = origin();
    job.genome = doubles();
    job.key = digest();
    job.cost = number<std::uint64_t>();
    job.clock = number<std::uint64_t>();
    for (auto& parent : job.parents) parent = origin();
    job.op = op();
    job.replicate = number<std::int32_t>();
    job.attempt = number<std::int32_t>();
    job.team = number<std::int32_t>();
    return job;
  }
  Row row() {
    Row row;
    row.origin = origin();
    row.genome = doubles();
    row.evaluation.outcome = outcome();
    row.evaluation.objectives = doubles();
    row.evaluation.reported = doubles();
    row.evaluation.curve.resize(count(3 * sizeof(double)));
    for (auto& point : row.evaluation.curve) {
      point.train_loss = number<double>();
      point.validation_accuracy = number<double>();
      point.learning_rate = number<double>();
    }
    row.evaluation.weights = digest();
    row.key = digest();
    row.cost = number<std::uint64_t>();
    row.clock = number<std::uint64_t>();
    for (auto& parent : row.parents) parent = origin();
    row.op = op();
    row.replicate = number<std::int32_t>();
    row.late = flag();
    return row;
  }
  std::vector<Candidate> candidates() {
    constexpr std::size_t smallest =
        sizeof(std::int32_t) + sizeof(std::int64_t) + sizeof(double) + sizeof(Digest) + 2 * sizeof(std::uint64_t);
    std::vector<Candidate> candidates(count(smallest));
    for (auto& each : candidates) each = candidate();
    return candidates;
  }
  // Number of items of at least `item_size` bytes each that follow: so nothing is allocated that cannot be there.
  std::size_t count(std::size_t item_size) {
    const auto count = number<std::uint64_t>();
    if (count > left_.size() / item_size)
      fail(std::to_string(count) + " items announced, " + std::to_string(left_.size()) + " bytes left");
    return count;
  }
  void end() const {
    if (!left_.empty()) fail(std::to_string(left_.size()) + " bytes too many");
  }
  [[noreturn]] static void fail(const std::string& what) {
    throw SystemError("decoding a message between teams: " + what);
  }

 private:
  void need(std::size_t size) const {
    if (left_.size() < size) fail(std::to_string(size) + " bytes expected, " + std::to_string(left_.size()) + " left");
  }

  std::string_view left_;
};

}   // namespace archipel::mpi
