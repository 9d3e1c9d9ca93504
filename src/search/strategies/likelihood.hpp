#pragma once

#include "search/strategies/kernel.hpp"

namespace archipel {

/// The kernel that maximises the marginal likelihood of `targets` (Rasmussen & Williams 2006, chapter 5) times log-normal priors on
/// weights and noise. The prior of a weight shrinks with the number of blocks, so that distances do not grow with it (Hvarfner et al.
/// 2024, arXiv:2402.02229). `steps` of Rprop (Riedmiller & Braun 1993) from `start`, or from the priors' medians if it is empty; the
/// variance of the signal is the best for each kernel. Deterministic.
Kernel fitted(const Encoder& encoder, std::span<const Features> points, std::span<const double> targets,
              const Kernel& start, int steps);

}   // namespace archipel
