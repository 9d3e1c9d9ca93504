#pragma once

#include "io/results_reader.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace archipel::io {

/// The number of a stage that is named "0" or "0-search". InputError, with all names, if there is none.
std::size_t stage_named(const ResultsReader& reader, const std::string& name);

/// Rows of these stages as comma-separated values (RFC 4180), by stage, island and ask: a header with `stage`, `island` and the
/// columns of all the stages, then a line for each row that holds, with nothing in the columns that its stage lacks. Numbers read
/// back exactly; choices of genes, outcomes and operators are texts. `write` gets it in pieces of whole lines. Returns the number of rows
/// that do not hold.
std::int64_t write_rows(const ResultsReader& reader, std::span<const std::size_t> stages,
                        const std::function<void(std::string_view)>& write);

}   // namespace archipel::io
