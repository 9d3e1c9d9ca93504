#include "mpi/message_codec.hpp"

#include "mpi/message_bytes.hpp"

namespace archipel::mpi {
namespace {

enum class Kind : std::uint8_t {
  packet = 1,
  result = 2,
  candidates = 3,
  messages = 4,
  past = 5,
  free = 6,
  loan = 7,
  regroup = 8
};

Kind kind_of(Reader& reader) { return Kind(reader.number<std::uint8_t>()); }

void expect(Reader& reader, Kind wanted) {
  if (const auto found = kind_of(reader); found != wanted)
    Reader::fail("kind " + std::to_string(int(found)) + " instead of " + std::to_string(int(wanted)));
}

void put(Writer& writer, const Packet& packet) {
  writer.put(Kind::packet);
  writer.put(packet.from);
  writer.put(packet.to);
  writer.put(packet.stamp);
  writer.put(packet.ended);
  writer.put(packet.migrants);
}

void put(Writer& writer, const Result& result) {
  writer.put(Kind::result);
  writer.put(result.origin);
  writer.put(result.outcome);
  writer.put(result.fitness);
  writer.put(result.weights);
  writer.put(result.late);
  writer.put(result.again);
  writer.put(result.team);
  writer.put(result.objectives);
}

void put(Writer& writer, const Free& free) {
  writer.put(Kind::free);
  writer.put(free.team);
  writer.put(free.helps);
}

void put(Writer& writer, const Loan& loan) {
  writer.put(Kind::loan);
  writer.put(loan.job);
}

void put(Writer& writer, const Regroup& regroup) {
  writer.put(Kind::regroup);
  writer.put(regroup.ranks);
}

Packet packet_from(Reader& reader) {
  Packet packet;
  packet.from = reader.number<std::int32_t>();
  packet.to = reader.number<std::int32_t>();
  packet.stamp = reader.number<std::uint64_t>();
  packet.ended = reader.flag();
  packet.migrants = reader.candidates();
  return packet;
}

Result result_from(Reader& reader) {
  Result result;
  result.origin = reader.origin();
  result.outcome = reader.outcome();
  result.fitness = reader.number<double>();
  result.weights = reader.digest();
  result.late = reader.flag();
  result.again = reader.flag();
  result.team = reader.number<std::int32_t>();
  result.objectives = reader.doubles();
  return result;
}

Message message_from(Reader& reader) {
  const auto kind = kind_of(reader);
  if (kind == Kind::packet) return packet_from(reader);
  if (kind == Kind::result) return result_from(reader);
  if (kind == Kind::free) {
    const auto team = reader.number<std::int32_t>();
    return Free{team, reader.flag()};
  }
  if (kind == Kind::loan) return Loan{reader.job()};
  if (kind == Kind::regroup) return Regroup{reader.number<std::int32_t>()};
  Reader::fail("unknown kind " + std::to_string(int(kind)));
}

}   // namespace

std::string encode(const Message& message) {
  Writer writer;
  std::visit([&](const auto& each) { put(writer, each); }, message);
  return writer.take();
}

Message decode_message(std::string_view bytes) {
  Reader reader(bytes);
  auto message = message_from(reader);
  reader.end();
  return message;
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
  expect(reader, Kind::messages);
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
  expect(reader, Kind::past);
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
  expect(reader, Kind::candidates);
  auto candidates = reader.candidates();
  reader.end();
  return candidates;
}

}   // namespace archipel::mpi
