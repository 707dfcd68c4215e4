import com.google.auth.oauth2.GoogleCredentials;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/**
 * Calls Vertex AI with Google's Java credentials, once for each case named on the command line.
 *
 * <p>One JSON line per case goes to standard output: the answer, which names the caller. Nothing of a token is ever
 * printed. The program does not know how the credentials come about: that is what is tested.
 */
public final class Client {
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final String BODY = "{\"instances\":[{\"content\":\"Summarize this report in 5 bullet points\"}]}";

  public static void main(String[] cases) throws Exception {
    for (String name : cases) {
      if (!name.equals("auth")) {
        throw new IllegalArgumentException("no case " + name);
      }
      System.out.println("{\"case\":\"auth\",\"answer\":" + quote(predict()) + "}");
    }
  }

  private static String predict() throws Exception {
    GoogleCredentials credentials = GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
    String location = env("GOOGLE_CLOUD_LOCATION", "us-central1");
    String base = env("GOOGLE_VERTEX_BASE_URL", "https://" + location + "-aiplatform.googleapis.com");
    URI uri = URI.create(base + "/v1/projects/" + env("GOOGLE_CLOUD_PROJECT", "") + "/locations/" + location
        + "/endpoints/" + env("LB_ENDPOINT_ID", "") + ":predict");
    HttpRequest.Builder request = HttpRequest.newBuilder(uri)
        .version(HttpClient.Version.HTTP_1_1)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(BODY));
    for (Map.Entry<String, List<String>> header : credentials.getRequestMetadata(uri).entrySet()) {
      header.getValue().forEach(value -> request.header(header.getKey(), value));
    }
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("predict: " + answer.statusCode() + ": " + answer.body());
    }
    return answer.body();
  }

  private static String env(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  private static String quote(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }
}
