// Control: what the API may ask of the host as a whole. Implemented by the app.
#pragma once

#include "config/findings.hpp"
#include "config/pipeline.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice::api {

enum class Reload : uint8_t {
  kPlan,   // says what would change
  kApply,  // changes it
};

struct Reloaded {
  bool is_refused = false;  // `findings` say why; everything goes on as before
  uint64_t generation = 1;  // of the pipeline that runs now
  std::vector<std::string> changes{};
  config::Findings findings{};
};

// Any thread.
class Control {
 public:
  virtual ~Control() = default;
  // The pipeline as it runs now.
  virtual std::shared_ptr<const config::Pipeline> pipeline() const = 0;
  // 1 at the start, one more with each reload that changed something.
  virtual uint64_t generation() const = 0;
  // Reads the pipeline's file again. One at a time; may take as long as loading plugins does.
  virtual Reloaded reload(Reload how) = 0;
};

}  // namespace sluice::api
