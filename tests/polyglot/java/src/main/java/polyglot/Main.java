package polyglot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import images.ApiClient;
import images.ApiException;
import images.ApiResponse;
import images.api.ImagesApi;
import images.model.Fault;
import images.model.ImageEnvelope;
import images.model.ImagePage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Asks the sandbox for every vector with the generated clients, and writes what they report, a JSON object a line.
 * What a report holds, and how it is judged, is said in ../README.md.
 */
public final class Main {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Main() {}

  public static void main(String[] arguments) throws IOException, ApiException, identity.ApiException {
    JsonNode all = MAPPER.readTree(Path.of(arguments[1]).toFile());
    Client.Token token = Client.signIn(arguments[0] + "/identity/v2.0", "demo", "sandbox-api-key");
    Map<String, ApiClient> clients = new HashMap<>();
    token.endpoints().forEach((region, endpoint) -> clients.put(region, Client.connect(endpoint, token.value())));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(Client.describe(clients.get("DFW"), UUID.fromString("e3d37ab2-8dc0-4000-b773-b15aad79ad0a")));
    for (String kind : new String[] {"vectors", "lists"}) {
      for (JsonNode vector : all.get(kind)) {
        for (JsonNode region : vector.path("regions").isArray() ? vector.get("regions") : all.get("regions")) {
          for (int request = 0; request < vector.get("expect").size(); request++) {
            ObjectNode report = ask(clients.get(region.textValue()), vector);
            report.put("vector", vector.get("name").textValue()).put("region", region.textValue());
            out.println(MAPPER.writeValueAsString(report));
          }
        }
      }
    }
  }

  private static ObjectNode ask(ApiClient client, JsonNode vector) {
    ObjectNode report = MAPPER.createObjectNode();
    ObjectMapper models = client.getObjectMapper();
    ImagesApi images = new ImagesApi(client);
    try {
      if (vector.has("image_id")) {
        UUID id = UUID.fromString(vector.get("image_id").textValue());
        ApiResponse<ImageEnvelope> answer = images.getImageWithHttpInfo(id);
        report.put("status", answer.getStatusCode());
        if (answer.getData() != null && answer.getData().getImage() != null) {
          report.set("image", models.valueToTree(answer.getData().getImage()));
        }
      } else {
        String server = vector.get("server").textValue();
        ApiResponse<ImagePage> answer =
            images.listImagesDetailsWithHttpInfo(server, null, null, null, null, null, null, null, null);
        report.put("status", answer.getStatusCode());
        if (answer.getData() != null && answer.getData().getImages() != null) {
          report.set("page", models.valueToTree(answer.getData()));
        }
      }
    } catch (ApiException error) {
      if (error.getCode() == 0) {
        return report.put("error", String.valueOf(error.getMessage()));
      }
      report.put("status", error.getCode());
      error.getResponseHeaders().firstValue("Retry-After").ifPresent(wait -> report.put("retry_after", wait));
      report.set("fault", models.valueToTree(fault(models, error.getResponseBody())));
    }
    return report;
  }

  /** The fault that an error's body holds, if it is one: a key that names it, over what happened. */
  private static Map<String, Fault> fault(ObjectMapper models, String body) {
    try {
      return models.readValue(body == null ? "" : body, new TypeReference<Map<String, Fault>>() {});
    } catch (JsonProcessingException notOne) {
      return Map.of();
    }
  }
}
