#pragma once

#include "search/exchange.hpp"
#include "search/recorder.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace archipel::mpi {

// Messages as bytes, for ranks that run the same program on the same kind of machine: no version, this machine's byte order.
// Decoding gives back equal values, bit for bit; SystemError for anything that encoding cannot have made.

std::string encode(const Message& message);
Message decode_message(std::string_view bytes);

std::string encode(const std::vector<Message>& messages);
std::vector<Message> decode_messages(std::string_view bytes);

std::string encode(const Past& past);   // without `reason`
Past decode_past(std::string_view bytes);

std::string encode(const std::vector<Candidate>& candidates);
std::vector<Candidate> decode_candidates(std::string_view bytes);

}   // namespace archipel::mpi
