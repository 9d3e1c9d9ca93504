#pragma once

#include "search/space.hpp"

#include <optional>

namespace archipel {

/// A genome of one space (canonical) in another one: genes by name, choices by their text, the cell's graph with its operations by
/// name; genes that the first space lacks get their lowest value. Nothing if a gene has no place, or a value, a choice or the graph does not fit. Canonical.
std::optional<Genome> translated(const Space& from, const Genome& genome, const Space& to);

}   // namespace archipel
