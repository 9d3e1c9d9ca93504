#include "train/trainer.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "train/engine.hpp"
#include "train/image_feed.hpp"
#include "train/laps.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace archipel::train {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Factors of the classifier's inputs (Srivastava et al. 2014): 0 with probability `dropout`, else 1 / (1 - dropout).
void draw_dropout(std::span<const std::uint32_t> positions, double dropout, int features, std::uint64_t key, int epoch,
                  std::vector<float>& factors) {
  const float kept = float(1 / (1 - dropout));
  factors.resize(positions.size() * features);
  auto factor = factors.begin();
  for (const auto position : positions) {
    Stream draws(key, Purpose::dropout, 0, std::uint32_t(epoch), position);
    for (int i = 0; i < features; ++i) *factor++ = draws.unit() < dropout ? 0.0f : kept;
  }
}

/// Throws on every replica what one of them met: its own exception, or one of the same meaning.
void throw_together(bool failed, bool lacked_memory, const std::exception_ptr& mine) {
  if (mine) std::rethrow_exception(mine);
  if (lacked_memory) throw std::bad_alloc();
  if (failed) throw std::runtime_error("another replica failed");
}

/// Right answers on `positions` (ascending) of `images`, computed in batches from the first on.
std::int64_t right_answers(Engine& engine, const Standardiser& standardiser, const ImageSet& images,
                           std::span<const std::uint32_t> positions) {
  const auto& network = engine.network();
  const auto most = std::size_t(engine.prediction_batch());
  std::vector<float> batch(most * network.channels * network.height * network.width), logits(most * network.classes);
  std::int64_t right = 0;
  std::vector<std::uint8_t> pixels;
  for (std::size_t first = 0; first < positions.size(); first += most) {
    const auto part = positions.subspan(first, std::min(most, positions.size() - first));
    if (images.pixels.empty()) {
      pixels.resize(part.size() * images.image_bytes());
      images.read(part, pixels);
    }
    standardiser.assemble(images.pixels.empty() ? images.holding(part, pixels) : images, part, batch.data());
    engine.predict(batch.data(), int(part.size()), logits.data());
    for (std::size_t i = 0; i < part.size(); ++i) {
      const float* scores = logits.data() + i * network.classes;
      right += std::max_element(scores, scores + network.classes) - scores == images.labels[part[i]];
    }
  }
  return right;
}

/// One training in progress.
class Trainer {
 public:
  Trainer(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data, std::uint64_t key,
          const Resources& on)
      : plan_(plan),
        data_(data),
        standardiser_(data),
        key_(key),
        sync_(on.sync),
        augmentation_{int(plan.settings.shift), plan.settings.flip, int(plan.settings.cutout)},
        order_(data.subset(plan.subset), plan, data.images().image_bytes(), key),
        steps_(order_.steps()),
        feed_(data.images(), order_, on.sync.mine(int(plan.settings.shards)), plan.epochs),
        images_(order_.shard_images() * network.channels * network.height * network.width),
        labels_(order_.shard_images()),
        at_{.weights = {initial_parameters(network, key), initial_statistics(network)},
            .optimiser = Optimiser(plan.settings, network.decayed).fresh(network.parameters)},
        engine_(make_engine(network, plan.settings, on.device, at_)),
        buckets_(
            buckets_of(network.decayed, engine_->layout().size, std::max<std::size_t>(1, on.bucket / sizeof(float)))) {}

  Training run(const TrainingHooks& hooks) {
    if (hooks.begin_from) {
      if (auto state = state_from(*hooks.begin_from, at_)) at_ = std::move(*state);
    }
    together(sync_, [&] { engine_->push(); });
    sync_.broadcast(engine_->parameters());
    Training training;
    while (at_.epoch < plan_.epochs && training.outcome == Outcome::ok) {
      Epoch point = train_epoch(hooks);
      if (!std::isfinite(point.train_loss) || !engine_->finite()) training.outcome = Outcome::diverged;
      const bool measured = training.outcome == Outcome::ok && (plan_.validate_epochs || at_.epoch + 1 == plan_.epochs);
      point.validation_accuracy = measured ? validate() : nan;
      at_.curve.push_back(point);
      ++at_.epoch;
      at_.step = 0;
      at_.loss = at_.learning_rate = 0;
      if (hooks.after_epoch) hooks.after_epoch(at_.epoch);
    }
    engine_->pull();
    training.curve = std::move(at_.curve);
    training.validation_accuracy = training.curve.empty() ? nan : training.curve.back().validation_accuracy;
    training.weights = std::move(at_.weights);
    return training;
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Between two steps.
  void keep_if_due(const TrainingHooks& hooks) {
    if (!hooks.keep || Clock::now() - kept_ <= std::chrono::duration<double>(hooks.interval)) return;
    engine_->pull();
    hooks.keep(to_bytes(at_));
    kept_ = Clock::now();
  }

  /// The rest of an epoch: its mean loss, not finite as soon as one step's is not.
  Epoch train_epoch(const TrainingHooks& hooks) {
    const std::int64_t all_steps = steps_.count * plan_.epochs;
    const int epoch = int(at_.epoch);
    for (; at_.step < steps_.count; ++at_.step) {
      keep_if_due(hooks);
      sum_shards(hooks.abandon && hooks.abandon());
      const StepSum sum = engine_->sum();
      throw_together(sum.failed, sum.lacked_memory, failure_);
      if (sum.stopped) {
        engine_->pull();
        if (hooks.keep) hooks.keep(to_bytes(at_));
        throw Stopped();
      }
      const double step_loss = sum.loss / double(plan_.settings.shards);
      if (!std::isfinite(step_loss))
        return {.train_loss = step_loss, .validation_accuracy = nan, .learning_rate = at_.learning_rate};
      at_.loss += step_loss / double(steps_.count);
      at_.learning_rate = learning_rate_at(plan_.settings, epoch * steps_.count + at_.step, all_steps);
      engine_->step(at_.learning_rate);
      Laps::end(Part::optimiser);
    }
    return {.train_loss = at_.loss, .validation_accuracy = nan, .learning_rate = at_.learning_rate};
  }

  /// This replica's shards of the next batch, or the wish to stop; then the sum over all. What goes wrong is told in it as well.
  void sum_shards(bool abandon) {
    const ShardRange mine = sync_.mine(int(plan_.settings.shards));
    StepSum flags{.stopped = abandon};
    sync_.begin(engine_->shards(), buckets_);
    try {
      if (!abandon) feed_.go_to(int(at_.epoch), at_.step);
      for (int s = mine.begin; s < mine.end && !abandon; ++s) compute(feed_.samples(s), s, s + 1 == mine.end);
    } catch (const SystemError&) {
      throw;   // not this training's: the job ends
    } catch (const std::exception& error) {
      failure_ = std::current_exception();
      flags.failed = true;
      flags.lacked_memory = is_lack_of_memory(error);
    }
    engine_->note(mine.begin, flags);
    Laps::end(Part::rest);
    sync_.finish();
    Laps::end(Part::optimiser);
  }

  void compute(std::span<const std::uint32_t> positions, int shard, bool last) {
    const int epoch = int(at_.epoch);
    Laps::end(Part::rest);
    standardiser_.assemble(feed_.images(), positions, augmentation_, key_, epoch, images_.data());
    for (std::size_t i = 0; i < positions.size(); ++i) labels_[i] = data_.images().labels[positions[i]];
    if (plan_.settings.dropout > 0)
      draw_dropout(positions, plan_.settings.dropout, features_of(engine_->network()), key_, epoch, dropout_);
    Laps::end(Part::data);
    const ShardInput input{.images = images_.data(),
                           .labels = labels_,
                           .dropout = dropout_,
                           .label_smoothing = plan_.settings.label_smoothing};
    engine_->compute(shard, input, last ? final_from_ : nullptr);
  }

  double validate() {
    const auto& all = data_.validation();
    const auto batch = std::size_t(engine_->prediction_batch());
    const auto mine = sync_.mine(int((all.size() + batch - 1) / batch));
    const std::size_t begin = mine.begin * batch, end = std::min(all.size(), mine.end * batch);
    std::int64_t right = 0;
    together(sync_, [&] {
      right =
          right_answers(*engine_, standardiser_, data_.validation_images(), std::span(all).subspan(begin, end - begin));
    });
    return double(sync_.sum(right)) / double(all.size());
  }

  const TrainingPlan& plan_;
  const TrainingData& data_;
  Standardiser standardiser_;
  std::uint64_t key_;
  GradientSync& sync_;
  Augmentation augmentation_;
  EpochOrder order_;
  Steps steps_;
  ImageFeed feed_;
  std::exception_ptr failure_;   // of this replica
  std::vector<float> images_;
  std::vector<std::uint8_t> labels_;
  std::vector<float> dropout_;
  TrainingState at_;
  std::unique_ptr<Engine> engine_;   // at_'s weights and optimiser, where they are computed
  std::vector<Bucket> buckets_;
  std::function<void(std::size_t)> final_from_ = [this](std::size_t first) { sync_.final_from(first); };
  Clock::time_point kept_ = Clock::now();
};

}   // namespace

bool is_lack_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  const std::string_view text = error.what();
  const auto says = [&](std::string_view words) { return text.find(words) != std::string_view::npos; };
  return says("DefaultCPUAllocator") || says("CUDA out of memory") || says("CUDA error: out of memory") ||
         says("CUBLAS_STATUS_ALLOC_FAILED");
}

void together(GradientSync& sync, const std::function<void()>& work) {
  std::exception_ptr mine;
  std::int64_t failed = 0, lacked_memory = 0;
  try {
    work();
  } catch (const std::exception& error) {
    mine = std::current_exception();
    (is_lack_of_memory(error) ? lacked_memory : failed) = 1;
  }
  failed = sync.sum(failed);
  throw_together(failed > 0, sync.sum(lacked_memory) > 0, mine);
}

Training train(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data, std::uint64_t key,
               const Resources& on, const TrainingHooks& hooks) {
  std::optional<Trainer> trainer;
  together(on.sync, [&] { trainer.emplace(network, plan, data, key, on); });
  return trainer->run(hooks);
}

double accuracy(const NetworkSpec& network, const Weights& weights, const Standardiser& standardiser,
                const ImageSet& images, std::span<const std::uint32_t> positions) {
  TrainingState state{.weights = weights};
  const auto engine = host_engine(network, {.shards = 1}, state);
  engine->push();
  return double(right_answers(*engine, standardiser, images, positions)) / double(positions.size());
}

}   // namespace archipel::train
