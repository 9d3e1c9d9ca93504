#include "stages/team_size.hpp"

#include <algorithm>

namespace archipel::stages {

int team_size(std::size_t unfinished, int ranks, int least, int shards) {
  int size = least;
  for (int next = 2 * least; next <= std::min(ranks, shards); next += least) {
    if (ranks % next == 0 && std::size_t(next) * unfinished <= std::size_t(ranks)) size = next;
  }
  return size;
}

}   // namespace archipel::stages
