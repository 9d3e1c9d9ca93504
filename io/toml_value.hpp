#pragma once

#include "study/settings.hpp"

// Header-only builds of the parser assert what garbage as "[[[" breaks, and then refuse it properly all the same.
#ifndef TOML_ASSERT
#define TOML_ASSERT(condition) static_cast<void>(0)
#endif
#include <toml++/toml.h>

#include <optional>
#include <string>

namespace archipel::io {

/// What a setting may hold. Nothing for tables, dates and mixed lists; lists of integers and reals are
/// reals, empty ones texts.
std::optional<Value> value_of(const toml::node& node);

/// The node as a message shows it, shortened.
std::string brief(const toml::node& node);

}   // namespace archipel::io
