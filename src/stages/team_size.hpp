#pragma once

#include <cstddef>

namespace archipel::stages {

/// How many of `ranks` train each of `unfinished` candidates (at least 1) together when none is to be idle: a multiple of `least` that divides
/// `ranks`, beyond `least` at most `shards`. `ranks` is a multiple of `least`.
int team_size(std::size_t unfinished, int ranks, int least, int shards);

}   // namespace archipel::stages
