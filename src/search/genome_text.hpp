#pragma once

#include "search/space.hpp"

#include <string>
#include <string_view>

namespace archipel {

/// The genome that `text` names: "width.1=32, cell.op.1=conv3x3, cell.edge.0.1=1". Genes that it leaves out have their lowest value or
/// first choice. Canonical. InputError, which begins with `place`, for an unknown gene, one that is named twice, a value that
/// is not allowed, a gene that changes nothing (inactive, or of a vertex on no path), a cell without a path from its input to its
/// output or over its budget of edges.
Genome genome_from(const Space& space, std::string_view text, const std::string& place);

/// Its active genes that differ from their lowest value, so that genome_from gives it back.
std::string text_of(const Space& space, const Genome& genome);

}   // namespace archipel
