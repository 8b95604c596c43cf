import Hummingbird
import Logging

/// Puts the headers on every answer that keep a browser from doing more with it than showing it.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    /// By name, in the order in which they are sent.
    static var headers: [(name: String, value: String)] {
        [
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ]
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
        } catch {
            // What went wrong inside is for the log, not for whoever asked.
            context.logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            response = Response(status: .internalServerError)
        }
        for header in Self.headers {
            guard let name = HTTPFields.Key(header.name) else { continue }
            response.headers[name] = header.value
        }
        return response
    }
}
