/// Pages that look right and are not.
extension Service {
    /// The call for the page before; the same call for the first page.
    static func before(_ call: Call) -> Call {
        var call = call
        let page = page(of: call)
        for (place, pair) in call.query.enumerated() {
            switch pair.name {
            case "cursor":
                guard let cursor = PageCursor(pair.value), page > 1 else { continue }
                call.query[place].value = PageCursor(page: page - 1, limit: cursor.limit).text
            case "page": call.query[place].value = String(max(1, page - 1))
            case "after_cursor":
                // A cursor leads behind an id: of the page before, only its first page is known for sure.
                call.query[place].value = ""
            default: continue
            }
        }
        return call
    }
}

extension Reply {
    private static let list = Array("\"data\":[".utf8)

    /// This page's headers and paging with another page's rows.
    func with(rowsOf other: Reply) -> Reply {
        var reply = self
        guard let own = Self.place(in: body), let rows = Self.place(in: other.body) else {
            if body.first == UInt8(ascii: "[") { reply.body = other.body }
            return reply
        }
        reply.body = Array(body[..<own] + other.body[rows...])
        return reply
    }

    /// This page's headers and paging without a row.
    var withoutRows: Reply {
        var reply = self
        if let own = Self.place(in: body) {
            reply.body = Array(body[..<own]) + Array("]}".utf8)
        } else if body.first == UInt8(ascii: "[") {
            reply.body = Array("[]".utf8)
        }
        return reply
    }

    /// This page with a total of one more.
    var withOneMore: Reply {
        var reply = self
        for (place, header) in headers.enumerated() where header.name == "Total-Count" {
            reply.headers[place].value = String((Int(header.value) ?? 0) + 1)
        }
        return reply
    }

    /// Where the rows of an envelope begin.
    private static func place(in body: [UInt8]) -> Int? { body.firstRange(of: list)?.upperBound }
}
