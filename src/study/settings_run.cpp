#include "study/section.hpp"
#include "study/settings_table.hpp"

namespace archipel {
namespace {

using Table = std::vector<Setting>;

void add_limits_and_numerics(Table& table) {
  using L = LimitSettings;
  Section limits(
      table, "limits.", [](auto& study, Index) -> auto& { return study.limits; });
  limits.add("memory", &L::memory, "MB", real(1, 1e9),
             "Estimated memory of one training above which a candidate is too_large, untrained.");
  limits.add("cost", &L::cost, "FLOP", real(0, 1e18),
             "FLOPs of one training above which a candidate is too_costly, untrained; 0: unlimited.");
  limits.add(
      "parameters", &L::parameters, "parameters", whole(0, largest),
      "Networks with more trainable parameters are drawn again; after 64 draws one is refused, as a row with outcome "
      "too_large. 0: unlimited.");
  limits.add("macs", &L::macs, "MACs", whole(0, largest),
             "Networks with more multiply-accumulates for one image are not proposed; 0: unlimited.");
  limits.add(
      "machine_outcomes", &L::machine_outcomes, "", any_boolean(),
      "Whether an evaluation that fails twice for a reason of the machine (out_of_memory, error, timeout) becomes a "
      "row with this outcome; otherwise it stops the study. A wall-clock budget's timeouts are always rows.",
      Scope::run);
  limits.add(
      "deaths", &L::deaths, "", whole(0, 1'000'000),
      "A candidate that was being evaluated at so many deaths of the program gets the outcome error when the study is "
      "resumed, as machine_outcomes says; 0: it is tried again for ever. Deaths by a signal from outside, as INT, TERM "
      "or HUP, do not count.",
      Scope::run);
  using O = OperationLatency;
  Section latency(
      table, "latency.", [](auto& study, Index) -> auto& { return study.latency; });
  latency.add("batch", &LatencySettings::batch, "images", whole(1, 65'536),
              "What the objectives latency and measured_latency are the time of.");
  latency.add(
      "measure", &LatencySettings::measure, "", whole(0, 1'000),
      "Predictions by the rank that trained a network, on one thread of its CPU, whose median is the objective "
      "measured_latency; 0: none. The machine decides it, so a search that optimises it takes another course in "
      "every run: a resume believes the rows, `diff` and `verify` leave the objective out. Use cores that nobody "
      "else uses.");
  Section operation(
      table, "latency.operation[].",
      [](auto& study, Index index) -> auto& { return entry(study.latency.operations, index[0]); });
  operation.add("name", &O::name, "",
                one_of({"stem", "conv1x1", "conv3x3", "conv5x5", "depthwise3x3", "depthwise5x5", "maxpool", "avgpool",
                        "sum", "classifier"}),
                "Kind of layer. With an entry for each kind that the space has, networks have the objective latency: "
                "the sum over their layers. `archipel bench latency --study STUDY` measures and prints them.");
  operation.add("overhead", &O::overhead, "us", real(0, 1e9), "Of a layer of this kind, whatever its size.");
  operation.add("mac", &O::mac, "ns", real(0, 1e9), "Of each multiply-accumulate.");
  operation.add("value", &O::value, "ns", real(0, 1e9), "Of each value that the layer reads or writes.");
  Section numerics(
      table, "numerics.", [](auto& study, Index) -> auto& { return study.numerics; });
  numerics.add(
      "isa", &NumericsSettings::isa, "", one_of({"native", "avx2", "avx512", "avx512_bf16"}),
      "Instruction set of the kernels. native: avx512 or avx2, the best of the machine; name one for equal bits on "
      "unlike machines. avx512_bf16: as training.precision = \"bfloat16\" needs it on CPUs.");
  numerics.add(
      "device", &NumericsSettings::device, "", one_of({"auto", "cpu", "cuda"}),
      "Where networks are trained. cuda: one GPU for each rank. auto: cuda if the program was built for it and "
      "every rank sees a GPU, else cpu.");
  numerics.add("deterministic", &NumericsSettings::deterministic, "", any_boolean(),
               "On GPUs: sum gradients along the fixed tree and by deterministic kernels, so that equal hardware "
               "gives equal bits; false may be faster. CPUs are always deterministic.");
}

void add_results_and_run(Table& table) {
  using S = ResultsSettings;
  Section results(
      table, "results.", [](auto& study, Index) -> auto& { return study.results; }, Scope::run);
  results.add(
      "stripe", &S::stripe, "bytes", whole(512, 1 << 28),
      "Stripe of the file system, a power of two; each island's part of the results file starts at a multiple.");
  results.add("sync", &S::sync, "s", real(0, 86'400),
              "Time between two syncs of written rows to the disk, by each rank; 0: after every row.");
  using R = RunSettings;
  Section run(
      table, "run.", [](auto& study, Index) -> auto& { return study.run; }, Scope::run);
  run.add("data_directory", &R::data_directory, "path", any_text(),
          "Put before relative paths of data; empty: the folder of the study file.");
  run.add("stage_directory", &R::stage_directory, "path", any_text(),
          "Folder of each node's own disk to which the training shards are copied at the start, by one rank of the "
          "node, and "
          "read from; the copies are removed when they are open. Files that are there and the same are taken. Empty: "
          "none.");
  run.add(
      "replicas", &R::replicas, "", whole(1, 256),
      "Ranks that train one candidate together, each some shards of every batch; the number of ranks must be a "
      "multiple, and training.shards at least as many. The results do not depend on it (on GPUs: if "
      "numerics.deterministic). On CPUs a stage that evaluates fewer or more unequal candidates than the ranks could "
      "share evenly makes larger teams by itself.");
  run.add("bucket", &R::bucket, "KiB", whole(1, 1 << 20),
          "Gradients that travel between replicas together, while the rest is still computed.");
  run.add("replica_timeout", &R::replica_timeout, "s", real(1, 1e6),
          "Time after which a GPU that does not answer its team ends the job.");
  run.add("progress", &R::progress, "s", real(0, 86'400), "Time between two lines of progress; 0: none.");
  run.add("checkpoint", &R::checkpoint, "s", real(0, 1e6),
          "Time between two checkpoints of one training: what a kill can cost it. 0: none, trainings begin anew.");
  run.add(
      "stop_signal", &R::stop_signal, "", one_of({"USR1", "USR2"}),
      "Signal after which every rank finishes its evaluation or keeps its state, commits and leaves with exit code 3.");
  run.add("grace", &R::grace, "s", real(0, 1e6),
          "Time that evaluations have to finish after the signal to stop; then they are abandoned, trainings with a "
          "checkpoint.");
  run.add("margin", &R::margin, "s", real(0, 1e6),
          "Time left free before the end of a Slurm job (SLURM_JOB_END_TIME): what cannot be finished by then is not "
          "begun, "
          "and the program stops grace + margin before the end as if it were signalled.");
  run.add("delay", &R::delay, "s", listed(real(0, 3600)),
          "Sleep before each evaluation, one entry for each rank; ranks beyond the list do not sleep. For tests.");
}

}   // namespace

void add_run_settings(std::vector<Setting>& table) {
  add_limits_and_numerics(table);
  add_results_and_run(table);
}

}   // namespace archipel
