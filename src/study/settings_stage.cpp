#include "study/section.hpp"
#include "study/settings_table.hpp"

namespace archipel {
namespace {

using Table = std::vector<Setting>;

void add_stage(Table& table) {
  using S = StageSettings;
  Section stage(
      table, "stage[].", [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]); });
  stage.add(
      "kind", &S::kind, "", one_of({"search", "evaluate"}),
      "search: the islands search, from nothing. evaluate: train the best candidates of the stage before and "
      "rank them by validation. Another evaluate stage takes the best of them; the last one in a row fixes the winner "
      "and tests it.");
  stage.add("islands", &S::islands, "islands", whole(1, million),
            "Subpopulations of a search, each with its strategy and random streams.");
  stage.add("candidates", &S::candidates, "candidates", whole(1, 100'000),
            "Finalists that an evaluate stage trains; at most those of an evaluate stage before it.");
  stage.add(
      "replicates", &S::replicates, "trainings", whole(1, 255),
      "Of one finalist at most: above 1, an evaluate stage trains those that may still be the best again, with other "
      "random numbers, and ranks by means.");
  stage.add("confidence", &S::confidence, "probability", real(0.5, 1),
            "Of being the best that ends these repetitions.");

  stage.add(
      "objectives", &S::objectives, "", listed(any_text()),
      "What a search optimises, by name: the evaluator's first objective, and others that strategies for several "
      "(nsga2, "
      "nsga3) weigh against it. Empty: the first alone. An evaluate stage takes those that are best by the first.");

  stage.add(
      "given", &S::given, "", listed(any_text()),
      "Candidates of your own that the islands of a search evaluate first, such as a network made by hand: each a "
      "text with its genes, \"width.1=32, cell.op.1=conv3x3, cell.edge.0.1=1\". Genes that it leaves out have "
      "their lowest value or first choice.");
  stage.add("warm_start", &S::warm_start, "", listed(any_text()),
            "Results files, relative to the study's data, of the same space or a narrower one: their best candidates "
            "are what the "
            "islands of a search evaluate first. A resume wants the same candidates, wherever the files are by then.");
  stage.add("warm_candidates", &S::warm_candidates, "candidates", whole(1, million),
            "Taken from the files of warm_start in all, dealt to the islands.");

  stage.add("warm_before", &S::warm_before, "candidates", whole(0, million),
            "Best of the stage before, by its first objective, that the islands of a search evaluate first; 0: none.");

  using F = FidelitySettings;
  Section fidelity(
      table, "stage[].fidelity.",
      [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]).fidelity; });
  fidelity.add("epochs", &F::epochs, "epochs", whole(0, million),
               "Passes over the training samples in one evaluation; 0: nothing is trained, the first of scores is the "
               "objective.");
  fidelity.add("subset", &F::subset, "samples", whole(0, billion),
               "Training samples used, with equal shares of each class; 0: all.");
  fidelity.add("replicate", &F::replicate, "", whole(0, million),
               "Number of the repetition: another one trains with other random numbers.");
  fidelity.add("scores", &F::scores, "", listed(one_of({"synflow", "grad_norm", "jacob_cov"})),
               "Zero-cost scores: of a candidate's initial weights, for the price of one batch. More objectives, "
               "or with epochs = 0 the only ones beside its size. synflow: what all paths through the network carry. "
               "grad_norm: norm of the first batch's gradient. jacob_cov: how unlike the network's answers to "
               "different images are.");

  fidelity.add(
      "optimiser", &F::optimiser, "", one_of({"same", "sgd", "adamw"}),
      "Of this stage's trainings; same: as training.optimiser says. Another one needs a learning_rate of its own; "
      "all else, also momentum and weight decay, stays as in [training].");
  fidelity.add("learning_rate", &F::learning_rate, "", real(0, 100),
               "Largest learning rate of this stage's trainings; 0: as training.learning_rate says.");
  fidelity.add("batch", &F::batch, "samples", whole(0, 65'536),
               "Samples in one optimiser step of this stage's trainings; 0: as training.batch says.");

  using B = BudgetSettings;
  Section budget(
      table, "stage[].budget.", [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]).budget; });
  budget.add("evaluations", &B::evaluations, "evaluations", whole(0, largest),
             "Of all islands together; 0: no such limit.");
  budget.add("cost", &B::cost, "cost units", real(0, 1e24),
             "Of all islands together, in FLOP (train), s (table) or units (function); 0: no such limit.");
  budget.add("seconds", &B::seconds, "s", real(0, 1e9),
             "Wall-clock time of the stage, anew after a resume; 0: no such limit. Results then depend on the machine, "
             "and say so.");
  budget.add("max_rows", &B::max_rows, "rows", whole(0, largest),
             "Rows reserved for each island in the results file; 0: derived from the budget.");
}

void add_islands(Table& table) {
  using M = MigrationSettings;
  Section migration(
      table, "stage[].migration.",
      [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]).migration; });
  migration.add("topology", &M::topology, "", one_of({"none", "ring", "torus", "complete", "hypercube", "random"}),
                "Which islands send to which.");
  migration.add("degree", &M::degree, "islands", whole(1, 1024),
                "Neighbours of each island in the random regular topology.");
  migration.add("interval", &M::interval, "evaluations", whole(1, billion),
                "Evaluations of an island between two boundaries, at which it sends and receives.");
  migration.add("migrants", &M::migrants, "candidates", whole(1, million),
                "Candidates sent to each neighbour at a boundary.");
  migration.add("lag", &M::lag, "boundaries", real(0, million),
                "Age on the islands' clocks at which a packet is consumed, in mean costs of the evaluations between "
                "two boundaries. Larger: less waiting.");
  migration.add("clock", &M::clock, "", one_of({"cost", "boundaries"}),
                "What stamps packets: the budget an island has spent, or its number of boundaries.");
  migration.add("select", &M::select, "", one_of({"best", "tournament", "random"}), "Which candidates are sent.");
  migration.add("replace", &M::replace, "", one_of({"worst", "oldest", "random"}),
                "Which candidates of the receiver give way.");

  using S = StrategySettings;
  Section strategy(
      table, "stage[].strategy[].",
      [](auto& study, Index index) -> auto& { return entry(entry(study.stages, index[0]).strategies, index[1]); });
  strategy.add(
      "kind", &S::kind, "",
      one_of({"random", "evolution", "aging", "nsga2", "nsga3", "local", "gp", "bananas", "tpe", "reinforce", "nes",
              "cmaes", "portfolio"}),
      "random: random search. evolution: tournament, crossover, mutation; the worst die. aging: tournament "
      "and mutation; the oldest die. nsga2, nsga3: evolution for two objectives, for more. "
      "local: the first better neighbour, by one change, until there is none, then "
      "a new start. gp: expected improvement of a Gaussian process. bananas: an ensemble of "
      "networks that predict fitness. tpe: densities of good and of other candidates. "
      "reinforce: a recurrent policy over the genes, trained by REINFORCE. nes: natural gradient "
      "search on a distribution over the genes. cmaes: CMA-ES, for real and log_real genes alone. portfolio: its "
      "members take turns, those that succeed more often.");
  strategy.add("population", &S::population, "candidates", whole(1, million),
               "Candidates that an island keeps; so many asks are random before an evolution or a model begins.");
  strategy.add("window", &S::window, "asks", whole(0, million),
               "Ask n knows the results of asks up to n - window: the evaluations of an island that may run at once; "
               "0: 8.");
  strategy.add("tournament", &S::tournament, "candidates", whole(1, million),
               "Candidates drawn, of which the best becomes a parent.");
  strategy.add(
      "replace", &S::replace, "", one_of({"worst", "oldest", "random"}),
      "Who leaves an evolution's full population when a newcomer joins. tournament = 1 and random: no selection.");
  strategy.add("crossover", &S::crossover, "probability", real(0, 1), "Of a second parent.");
  strategy.add("mutations", &S::mutations, "genes", real(0, 1000), "Mean number of genes changed in a child.");
  strategy.add("members", &S::members, "",
               distinct(one_of({"random", "evolution", "aging", "local", "reinforce", "nes", "cmaes"})),
               "Kinds of the strategies of a portfolio, which have this entry's settings.");
}

}   // namespace

void add_stage_settings(std::vector<Setting>& table) {
  add_stage(table);
  add_islands(table);
}

}   // namespace archipel
