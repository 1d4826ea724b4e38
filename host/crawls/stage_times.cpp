// Four words a line, both ways.
#include "crawls/stage_times.hpp"

#include <sstream>
#include <utility>

namespace sluice::crawls {

std::string to_text(const std::vector<StageTime>& times) {
  std::string text;
  for (const StageTime& time : times) {
    text += time.stage + ' ' + std::to_string(time.pages) + ' ' +
            std::to_string(time.microseconds) + ' ' + std::to_string(time.most) + '\n';
  }
  return text;
}

std::vector<StageTime> stage_times_from(const std::string& text) {
  std::vector<StageTime> times;
  std::istringstream words(text);
  StageTime time;
  while (words >> time.stage >> time.pages >> time.microseconds >> time.most) {
    times.push_back(std::exchange(time, {}));
  }
  return times;
}

}  // namespace sluice::crawls
