#include "mpi/message_codec.hpp"

#include "base/error.hpp"

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace archipel::mpi {
namespace {

enum class Kind : std::uint8_t { packet = 1, result = 2, candidates = 3, messages = 4, past = 5 };

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
  }
  void put(std::string_view text) {
    put(std::uint64_t(text.size()));
    bytes_.append(text);
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
  Kind kind() { return Kind(number<std::uint8_t>()); }
  void expect(Kind wanted) {
    if (const auto found = kind(); found != wanted)
      fail("kind " + std::to_string(int(found)) + " instead of " + std::to_string(int(wanted)));
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
    if (value < std::uint8_t(Operator::random) || value > std::uint8_t(Operator::given)) fail("an unknown operator");
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
    return candidate;
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
    row.late = flag();
    return row;
  }
  std::vector<Candidate> candidates() {
    constexpr std::size_t smallest =
        sizeof(std::int32_t) + sizeof(std::int64_t) + sizeof(double) + sizeof(Digest) + sizeof(std::uint64_t);
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

}   // namespace

std::string encode(const Message& message) {
  Writer writer;
  if (const auto* packet = std::get_if<Packet>(&message)) {
    writer.put(Kind::packet);
    writer.put(packet->from);
    writer.put(packet->to);
    writer.put(packet->stamp);
    writer.put(packet->ended);
    writer.put(packet->migrants);
  } else {
    const auto& result = std::get<Result>(message);
    writer.put(Kind::result);
    writer.put(result.origin);
    writer.put(result.outcome);
    writer.put(result.fitness);
    writer.put(result.weights);
    writer.put(result.late);
    writer.put(result.again);
  }
  return writer.take();
}

Message decode_message(std::string_view bytes) {
  Reader reader(bytes);
  const auto kind = reader.kind();
  if (kind == Kind::packet) {
    Packet packet;
    packet.from = reader.number<std::int32_t>();
    packet.to = reader.number<std::int32_t>();
    packet.stamp = reader.number<std::uint64_t>();
    packet.ended = reader.flag();
    packet.migrants = reader.candidates();
    reader.end();
    return packet;
  }
  if (kind == Kind::result) {
    Result result;
    result.origin = reader.origin();
    result.outcome = reader.outcome();
    result.fitness = reader.number<double>();
    result.weights = reader.digest();
    result.late = reader.flag();
    result.again = reader.flag();
    reader.end();
    return result;
  }
  Reader::fail("unknown kind " + std::to_string(int(kind)));
}

std::string encode(const std::vector<Message>& messages) {
  Writer writer;
  writer.put(Kind::messages);
  writer.put(std::uint64_t(messages.size()));
  for (const auto& message : messages) writer.put(std::string_view(encode(message)));
  return writer.take();
}

std::vector<Message> decode_messages(std::string_view bytes) {
  Reader reader(bytes);
  reader.expect(Kind::messages);
  std::vector<Message> messages(reader.count(sizeof(std::uint64_t)));
  for (auto& message : messages) message = decode_message(reader.text());
  reader.end();
  return messages;
}

std::string encode(const Past& past) {
  Writer writer;
  writer.put(Kind::past);
  writer.put(past.run.begun);
  writer.put(past.run.seconds);
  writer.put(past.run.messages);
  writer.put(past.run.rank);
  writer.put(past.run.ranks);
  writer.put(past.run.attempts);
  writer.put(past.run.failures);
  writer.put(past.row.has_value());
  if (past.row) writer.put(*past.row);
  return writer.take();
}

Past decode_past(std::string_view bytes) {
  Reader reader(bytes);
  reader.expect(Kind::past);
  Past past;
  past.run.begun = reader.number<double>();
  past.run.seconds = reader.number<double>();
  past.run.messages = reader.number<double>();
  past.run.rank = reader.number<std::int32_t>();
  past.run.ranks = reader.number<std::int32_t>();
  past.run.attempts = reader.number<std::int32_t>();
  past.run.failures = reader.number<std::int32_t>();
  if (reader.flag()) past.row = reader.row();
  reader.end();
  return past;
}

std::string encode(const std::vector<Candidate>& candidates) {
  Writer writer;
  writer.put(Kind::candidates);
  writer.put(candidates);
  return writer.take();
}

std::vector<Candidate> decode_candidates(std::string_view bytes) {
  Reader reader(bytes);
  reader.expect(Kind::candidates);
  auto candidates = reader.candidates();
  reader.end();
  return candidates;
}

}   // namespace archipel::mpi
