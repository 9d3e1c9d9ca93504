#pragma once

#include "base/error.hpp"
#include "io/study_file.hpp"

#include <string>
#include <vector>

namespace archipel::test {

// Studies of each kind of evaluator without a mistake. Tests count on their line numbers.

inline const std::string valid = R"(name = "digits"          # line 1
seed = 7
space.kind = "genes"
evaluator = { kind = "function", function = { name = "trap", sleep = 0 } }

[training]
batch = 64
shards = 4

[[space.gene]]           # line 10
name = "a"
choices = ["x", "y", "z"]
[[space.gene]]
name = "b"
kind = "log_real"
low = 1e-3
high = 1
when = "a"
when_values = ["x", "z"]

[[stage]]                # line 21
islands = 6
budget.evaluations = 1_000
[stage.migration]
topology = "torus"
lag = 2
[[stage.strategy]]
kind = "aging"
[[stage.strategy]]
kind = "random"          # line 30
window = 4

[[stage]]
budget = { cost = 1e9 }
)";

inline Study read(const std::string& text, const std::vector<std::string>& sets = {}) {
  return io::read_study(text, "study.toml", sets);
}

inline std::vector<std::string> problems(const std::string& text, const std::vector<std::string>& sets = {}) {
  try {
    read(text, sets);
  } catch (const InputError& error) {
    return error.problems();
  }
  return {};
}

inline const std::string trains = R"([data]
train_images = "a"
train_labels = "b"
test_images = "c"
test_labels = "d"
[[stage]]                # line 6
budget.evaluations = 10
[[stage]]
kind = "evaluate"
)";

inline const std::string looks_up = R"(space = { kind = "genes", gene = [{ name = "op", choices = ["0", "1"] }] }
[evaluator]
kind = "table"
[evaluator.table]        # line 4
file = "t.csv"
key = "k"
objective = "o"
cost_columns = ["s", "t"]
cost_weights = [1, 0.5]
[[stage]]
budget.seconds = 3
)";

}   // namespace archipel::test
