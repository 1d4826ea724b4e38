// ServerInfo: what TEI says about itself under /info.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace tei {

struct ServerInfo {
  std::string model_id = {};
  std::string model_sha = {};   // empty when the server does not know
  std::string model_kind = {};  // "embedding", "reranker", "classifier"
  std::string version = {};
  // The server's own defaults where it does not say.
  std::size_t max_client_batch_size = 32;
  std::size_t max_batch_tokens = 16384;
  std::size_t max_input_length = 512;
  std::size_t max_concurrent_requests = 512;  // permits; each text of a request takes one
  std::optional<bool> auto_truncate = {};

  bool is_same_model(const ServerInfo& other) const {
    return model_id == other.model_id && model_sha == other.model_sha;
  }
};

// Nothing when the body is not what /info answers.
std::optional<ServerInfo> read_info(const std::string& body);

}  // namespace tei
