#pragma once

#include "search/cell.hpp"
#include "search/space.hpp"

namespace archipel {

// Pure functions of their arguments and of the stream.

/// Number of changes with the given mean: 1 plus a geometric number, at most `limit`; 0 or 1 for means below 1.
int change_count(double mean, int limit, Stream& draws);

/// A live node gets another operation (the "op mutation" of Real et al. 2019, arXiv:1802.01548). At least 2 operations.
void change_operation(CellGraph& graph, int operations, Stream& draws);
/// Half the time a random edge goes, else one between two live vertices comes. May disconnect the graph.
void flip_edge(CellGraph& graph, Stream& draws);
/// A random edge becomes two with a new node of random operation between them, as in NEAT (Stanley & Miikkulainen 2002,
/// Evolutionary Computation 10). The graph is pruned, its live nodes are 1..k, and k < nodes.
void split_edge(CellGraph& graph, int operations, Stream& draws);
/// The same for a given edge of the graph and a given operation.
void split_edge(CellGraph& graph, int from, int to, std::uint8_t operation);

/// Whether a change may choose this gene: outside the cell, active, of more than one value.
bool open_to_change(const Space& space, const Genome& genome, std::size_t gene);
/// The gene gets this value (allowed); genes that become active by it are drawn. Not repaired.
void set_gene(const Space& space, Genome& genome, std::size_t gene, double value, Stream& draws);

/// `genome` (valid) with `changes` random changes, repaired. Each active gene with more than one value counts once; of a cell, each
/// live node counts once (its operation), and as many edge flips and one split beside them. A gene that becomes active is drawn anew.
Genome mutated(const Space& space, Genome genome, int changes, Stream& draws);

/// Uniform crossover (Syswerda 1989, ICGA), repaired: each gene from one of the parents at random (`crossed_value`), except that
/// a node of the cell comes with its operation and all its incoming edges.
Genome crossed(const Space& space, const Genome& a, const Genome& b, Stream& draws);

}   // namespace archipel
