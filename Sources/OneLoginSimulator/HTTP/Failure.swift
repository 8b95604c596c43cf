/// Why a call is refused; which of the five error shapes it takes depends on the path it was made to.
enum Failure: Error, Equatable, Sendable {
    /// No `Authorization` header, or one that cannot be read.
    case authorizationMissing
    /// The token, or the client id and secret, are not right.
    case authenticationFailed
    /// The credential lacks the scope.
    case insufficientPermission
    /// No such route or method.
    case noRoute
    /// The thing with this id is not there.
    case notFound
    /// The request cannot be read.
    case badRequest(String)
    /// One attribute is wrong: version 1 answers with an object.
    case attribute(String, String)
    /// A value is not acceptable.
    case unprocessable(String)
    /// The shape of the roles service, whose `status` is a number.
    case roles(Int, String)
    /// Validation, with the fields concerned.
    case validation(field: String, message: String)
    /// Too many calls in this window.
    case rateLimited
    /// The old form of the same.
    case rateLimitedAsBadRequest
    /// The administrator who made the credential is gone.
    case ownerDeleted
    /// Any other status, for planted faults.
    case status(Int)
    /// A page of the load balancer.
    case html(Int)

    /// The HTTP status and the body.
    func reply(version2: Bool) -> Reply {
        switch self {
        case .html(let status): .html(status)
        case .roles(let status, let text):
            .json(
                Self.object {
                    $0.field("status", status); $0.field("error", "BadRequestError"); $0.field("description", text)
                }, status: status)
        case .validation(let field, let message):
            .json(
                Self.object { text in
                    text.field("message", "Validation failed")
                    text.field("name", "UnprocessableEntityError")
                    text.field("statusCode", 422)
                    text.list("errors", [field]) { text, name in
                        text.object { row in
                            row.field("field", name)
                            row.list("message", [message]) { $0.value($1) }
                        }
                    }
                }, status: 422)
        case .attribute(let name, let description) where !version2:
            .json(
                Self.envelope(400, "bad request") { text in
                    text.objectField("message") { text in
                        text.field("attribute", name)
                        text.field("description", description)
                    }
                }, status: 400)
        default: version2 ? reply2 : reply1
        }
    }

    private var reply1: Reply {
        let (status, type, message): (Int, String, String) =
            switch self {
            case .authorizationMissing: (400, "bad request", "Authorization Information is incorrect")
            case .authenticationFailed: (401, "Unauthorized", "Authentication Failure")
            case .insufficientPermission: (401, "Unauthorized", "Insufficient Permission")
            case .noRoute: (404, "not found", "No Route Exists")
            case .notFound: (404, "not found", "Not Found")
            case .badRequest(let text), .attribute(_, let text): (400, "bad request", text)
            case .unprocessable(let text): (422, "unprocessable entity", text)
            case .rateLimited: (429, "too many requests", "Rate limit exceeded")
            case .rateLimitedAsBadRequest: (400, "bad request", "rate_limit_exceeded")
            case .ownerDeleted: (500, "internal server error", "Internal Server Error")
            case .status(let status): Self.plain(status)
            default: (500, "internal server error", "Internal Server Error")
            }
        return .json(Self.envelope(status, type) { $0.field("message", message) }, status: status)
    }

    private static func plain(_ status: Int) -> (Int, String, String) {
        switch status {
        case 401: (401, "Unauthorized", "Authentication Failure")
        case 403: (403, "forbidden", "User is not authorized to access this User")
        case 404: (404, "not found", "Not Found")
        case 429: (429, "too many requests", "Rate limit exceeded")
        default: (status, "internal server error", "Internal Server Error")
        }
    }

    private var reply2: Reply {
        let (status, name, message): (Int, String, String) =
            switch self {
            case .authorizationMissing, .authenticationFailed, .insufficientPermission, .status(401):
                (401, "UnauthorizedError", "Unauthorized")
            case .noRoute, .notFound, .status(404):
                (404, "NotFoundError", "The resource with the given id could not be found")
            case .badRequest(let text), .attribute(_, let text): (400, "BadRequestError", text)
            case .unprocessable(let text): (422, "UnprocessableEntityError", text)
            case .rateLimited, .status(429): (429, "TooManyRequestsError", "Too Many Requests")
            case .rateLimitedAsBadRequest: (400, "BadRequestError", "rate_limit_exceeded")
            case .status(403): (403, "ForbiddenError", "Forbidden")
            case .status(let status): (status, "InternalServerError", "Internal Server Error")
            default: (500, "InternalServerError", "Internal Server Error")
            }
        return .json(
            Self.object { text in
                text.field("message", message)
                text.field("name", name)
                text.field("statusCode", status)
            }, status: status)
    }

    private static func object(_ write: (inout JSONText) -> Void) -> [UInt8] {
        var text = JSONText(capacity: 128)
        text.object(write)
        return text.bytes
    }

    private static func envelope(_ status: Int, _ type: String, _ message: (inout JSONText) -> Void) -> [UInt8] {
        object { text in
            text.objectField("status") { text in
                text.field("error", true)
                text.field("code", status)
                text.field("type", type)
                message(&text)
            }
        }
    }
}
