// The pipeline that most tests run, as YAML.
#pragma once

#include "support/crawl.hpp"

#include <string>

namespace sluice::testing {

// What a test changes of it. Lines are YAML as they stand in the file.
struct PipelineFile {
  std::string data = "./data";
  std::string listen = "127.0.0.1:0";
  std::string top = {};          // more keys at the top, each line with its end
  std::string http = {};         // more of `http:`, as ", max_body: 1MiB"
  std::string secret = kSecret;  // of the webhook
  std::string chunk_config = "max_tokens: 64, overlap_tokens: 8";
  std::string plugins = {};        // a folder to look in first
  std::string source_config = {};  // more of firecrawl-source's settings, as ", on_gone: delete"
  std::string filter =
      {};                  // settings of a language-filter before the chunker; empty: there is none
  std::string moody = {};  // settings of a moody-sink beside the others; empty: there is none
  std::string moody_stage = {};  // more of its stage, as ", timeout: 1s"

  std::string text() const;
};

}  // namespace sluice::testing
