// Viewer request of the S3 behaviour: a path whose last part has no dot is a page of the application, and every page is index.html.
// What has a dot is a file, so a chunk that is not there is a 404 and not a page.
function handler(event) {
  var request = event.request;
  var last = request.uri.substring(request.uri.lastIndexOf('/') + 1);
  if (last.indexOf('.') === -1) {
    request.uri = '/index.html';
  }
  return request;
}
