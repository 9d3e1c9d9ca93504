#pragma once

#include "search/evaluator.hpp"

#include <exception>
#include <string>

namespace archipel {

/// Evaluates a genome once. What the evaluator throws becomes an outcome of the machine, out_of_memory for std::bad_alloc and
/// error for everything else; but InputError, SystemError and Stopped pass, because they are not about this candidate.
Evaluation attempt(Evaluator& evaluator, const Genome& genome, const Digest& key);

/// An evaluation that gave nothing: all values are NaN.
Evaluation nothing(const Evaluator& evaluator, Outcome outcome, std::string reason);

/// The first line of what an exception says: LibTorch's go on with a stack trace.
std::string first_line(const std::exception& error);

}   // namespace archipel
