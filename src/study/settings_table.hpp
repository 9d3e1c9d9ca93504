#pragma once

#include "study/settings.hpp"

#include <vector>

namespace archipel {

/// The one table of settings, in the order of the study file.
std::vector<Setting> make_settings_table();

}   // namespace archipel
