package polyglot;

import identity.api.RackspaceApi;
import identity.model.ApiKeyCredentials;
import identity.model.RackspaceAuthBody;
import identity.model.RackspaceEndpoint;
import identity.model.RackspaceService;
import identity.model.RackspaceTokenEnvelope;
import identity.model.RackspaceTokenRequest;
import images.ApiClient;
import images.ApiException;
import images.api.ImagesApi;
import images.model.Image;
import images.model.ItemNotFoundFault;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

final class Client {
  private Client() {}

  // --8<-- [start:authenticate]

  record Token(String value, Map<String, String> endpoints) {}

  /** Exchanges an API key for a token and the compute endpoint of each region. */
  static Token signIn(String authUrl, String username, String apiKey) throws identity.ApiException {
    identity.ApiClient client = new identity.ApiClient();
    client.updateBaseUri(authUrl);
    ApiKeyCredentials credentials = new ApiKeyCredentials().username(username).apiKey(apiKey);
    RackspaceTokenRequest request =
        new RackspaceTokenRequest().auth(new RackspaceAuthBody().raXKSKEYApiKeyCredentials(credentials));
    RackspaceTokenEnvelope answer = new RackspaceApi(client).createRackspaceToken(request);
    Map<String, String> endpoints = new HashMap<>();
    for (RackspaceService service : answer.getAccess().getServiceCatalog()) {
      if (Objects.equals(service.getName(), "cloudServersOpenStack")) {
        for (RackspaceEndpoint endpoint : service.getEndpoints()) {
          endpoints.put(endpoint.getRegion(), endpoint.getPublicURL());
        }
      }
    }
    return new Token(answer.getAccess().getToken().getId(), endpoints);
  }

  /** A client for one region's compute endpoint. Java's own HTTP client follows no redirects. */
  static ApiClient connect(String endpoint, String token) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(endpoint);
    client.setRequestInterceptor(request -> request.header("X-Auth-Token", token));
    return client;
  }

  // --8<-- [end:authenticate]
  // --8<-- [start:get]

  /** Gets an image and says in a line what it is. */
  static String describe(ApiClient client, UUID id) throws ApiException, IOException {
    try {
      Image image = new ImagesApi(client).getImage(id).getImage();
      return image.getName() + " " + image.getStatus() + " " + image.getOsEXTIMGSIZESize();
    } catch (ApiException error) {
      // Its code is 0 where there was no answer, or one that could not be read.
      if (error.getCode() == 404) {
        // An error holds the body as text; the documented faults are classes to read it with.
        ItemNotFoundFault fault =
            client.getObjectMapper().readValue(error.getResponseBody(), ItemNotFoundFault.class);
        throw new IOException("no such image: " + fault.getItemNotFound().getMessage(), error);
      }
      if (error.getCode() == 429) {
        String wait = error.getResponseHeaders().firstValue("Retry-After").orElse("some");
        throw new IOException("too many requests: again in " + wait + " s", error);
      }
      throw error;
    }
  }

  // --8<-- [end:get]
}
