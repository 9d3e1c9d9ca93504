#pragma once

#include "search/space.hpp"

#include <optional>
#include <span>
#include <string>

namespace archipel {

/// The text of a value of a whole-numbered gene: its choice, or the number.
std::string value_text(const Gene& gene, double value);
/// "depth = 1, width = 11", of these genes.
std::string named_choices(const Space& space, const Genome& genome, std::span<const std::size_t> genes);

/// Two genomes whose choices, joined, are the same text.
struct SharedKey {
  Genome a, b;
  std::string key;
};

/// Two different genomes of a space of choices that have one key when the choices of all genes are joined without a separator;
/// nothing if there are none. It does not list genomes: both texts are read side by side, and what is remembered of them is how much
/// longer one is, and which later genes are active. InputError if conditions of genes make that too much to decide.
std::optional<SharedKey> shared_key(const Space& space);

/// InputError, naming two genomes, if there are such.
void require_unique_keys(const Space& space, const std::string& column);

}   // namespace archipel
