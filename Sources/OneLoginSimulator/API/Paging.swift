import Foundation

/// The cursor of version 1: opaque to clients, in truth the last row's id and the number of the page it leads to.
struct IDCursor: Equatable, Sendable {
    let page: Int
    let id: Int

    init(page: Int, id: Int) {
        self.page = page
        self.id = id
    }

    init?(_ text: String) {
        guard let data = Data(base64Encoded: text) else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(separator: "/").compactMap { Int($0) }
        guard parts.count == 3, parts[0] == Tenant.accountID, PageRequest.pages.contains(parts[1]), parts[2] >= 0
        else { return nil }
        (page, id) = (parts[1], parts[2])
    }

    var text: String { Data("\(Tenant.accountID)/\(page)/\(id)".utf8).base64EncodedString() }
}

/// The cursor of version 2: the base64 of a query string with a page number.
struct PageCursor: Equatable, Sendable {
    let page: Int
    let limit: Int

    init(page: Int, limit: Int) {
        self.page = page
        self.limit = limit
    }

    init?(_ text: String) {
        guard let data = Data(base64Encoded: text) else { return nil }
        var values: [String: Int] = [:]
        for (name, value) in Call.pairs(String(decoding: data, as: UTF8.self)) { values[name] = Int(value) }
        guard let page = values["page"], let limit = values["limit"], PageRequest.pages.contains(page),
            (1...1000).contains(limit)
        else { return nil }
        (self.page, self.limit) = (page, limit)
    }

    var text: String { Data("limit=\(limit)&sort=id&page=\(page)&sort_direction=asc".utf8).base64EncodedString() }
}

/// Which rows of a list a version 2 call wants.
struct PageRequest: Equatable, Sendable {
    /// Page numbers that can be asked for.
    static let pages = 1...1_000_000_000

    let page: Int
    let limit: Int

    var start: Int { (page - 1) * limit }

    /// - Parameters:
    ///   - standard: Rows when the call does not say.
    ///   - most: The highest limit; more is cut down to it.
    init(_ call: Call, standard: Int, most: Int, isRoles: Bool = false) throws(Failure) {
        if let text = call["cursor"], !text.isEmpty {
            if call["limit"] != nil || call["page"] != nil {
                throw isRoles
                    ? .roles(400, "use cursor xor pagination arguments")
                    : .badRequest("use cursor xor pagination arguments")
            }
            guard let cursor = PageCursor(text) else {
                throw isRoles ? .roles(400, "invalid cursor") : .badRequest("invalid cursor")
            }
            (page, limit) = (cursor.page, cursor.limit)
            return
        }
        let limit = try call.integer("limit") ?? standard
        let page = try call.integer("page") ?? 1
        guard limit > 0, Self.pages.contains(page) else { throw .badRequest("limit and page must be positive") }
        (self.page, self.limit) = (page, min(limit, most))
    }

    /// The rows wanted, out of all.
    func slice<Row>(_ rows: [Row]) -> ArraySlice<Row> { rows.dropFirst(start).prefix(limit) }
}

extension Service {
    /// A bare array with the paging headers of version 2.
    ///
    /// - Parameters:
    ///   - rows: The rows of this page.
    ///   - total: How many there are on all pages.
    func page<Rows: Collection>(
        _ request: PageRequest, _ rows: Rows, total: Int, _ write: (inout JSONText, Rows.Element) -> Void
    ) -> Reply {
        var text = JSONText(capacity: rows.count * 640 + 64)
        text.array(rows, write)
        var reply = Reply.json(text.bytes)
        let pages = (total + request.limit - 1) / request.limit
        reply.headers += [
            ("Total-Count", String(total)), ("Total-Pages", String(pages)), ("Current-Page", String(request.page)),
            ("Page-Items", String(rows.count)),
        ]
        if request.page > 1 {
            reply.headers.append(("Before-Cursor", PageCursor(page: request.page - 1, limit: request.limit).text))
        }
        if let backwards {
            let page = backwards == .loopingCursor ? 1 : request.page
            reply.headers.append(("After-Cursor", PageCursor(page: page, limit: request.limit).text))
        } else if request.page < pages {
            reply.headers.append(("After-Cursor", PageCursor(page: request.page + 1, limit: request.limit).text))
        }
        return reply
    }

    /// The envelope of version 1 around a page of rows.
    ///
    /// - Parameters:
    ///   - isMore: Whether rows follow after these.
    ///   - id: The id of a row, for cursors.
    func envelope<Rows: BidirectionalCollection>(
        _ call: Call, _ rows: Rows, isMore: Bool, id: (Rows.Element) -> Int,
        _ write: (inout JSONText, Rows.Element) -> Void
    ) -> Reply {
        let cursor = call["after_cursor"].flatMap { IDCursor($0) }
        let number = cursor?.page ?? 1
        var after = isMore ? rows.last.map { IDCursor(page: number + 1, id: id($0)).text } : nil
        let first = IDCursor(page: 1, id: 0).text
        if let backwards { after = backwards == .loopingCursor ? first : cursor?.text ?? first }
        let before = number > 1 ? rows.first.map { IDCursor(page: number - 1, id: id($0)).text } : nil
        let nextLink = after.map { link(call, "after_cursor", $0) }
        let previousLink = before.map { link(call, "before_cursor", $0) }
        var text = JSONText(capacity: rows.count * 900 + 512)
        text.object { text in
            Self.writeSuccess(&text)
            text.objectField("pagination") { text in
                text.field("before_cursor", before)
                text.field("after_cursor", after)
                text.field("previous_link", previousLink)
                text.field("next_link", nextLink)
            }
            text.key("data")
            text.array(rows, write)
        }
        var reply = Reply.json(text.bytes)
        reply.headers.append(("Link", nextLink.map { "<\($0)>; rel=\"next\"" } ?? ""))
        return reply
    }

    /// The envelope of version 1 around data that has no pages.
    func envelope(_ write: (inout JSONText) -> Void) -> Reply {
        var text = JSONText()
        text.object { text in
            Self.writeSuccess(&text)
            text.key("data")
            write(&text)
        }
        return .json(text.bytes)
    }

    private static func writeSuccess(_ text: inout JSONText) {
        text.objectField("status") { text in
            text.field("error", false)
            text.field("code", 200)
            text.field("type", "success")
            text.field("message", "Success")
        }
    }

    /// A link to another page: the same call with another cursor.
    private func link(_ call: Call, _ name: String, _ cursor: String) -> String {
        let kept = call.query.filter { $0.name != "after_cursor" && $0.name != "before_cursor" }
        let query = (kept + [(name, cursor)]).map { "\(Call.encoded($0.name))=\(Call.encoded($0.value))" }
        let host = call.headers["host"] ?? "127.0.0.1"
        return "http://\(host)\(call.path)?\(query.joined(separator: "&"))"
    }

    /// The rows of a version 1 page out of a list in rising order of ids, by the call's cursor and limit.
    func window<Row>(_ call: Call, _ rows: [Row], most: Int, id: (Row) -> Int) throws(Failure) -> (
        rows: [Row], isMore: Bool
    ) {
        let limit = max(1, min(try call.integer("limit") ?? options.pageSize, most))
        if let text = call["before_cursor"], !text.isEmpty {
            guard let cursor = IDCursor(text) else { throw .badRequest("invalid cursor") }
            let before = rows.prefix { id($0) < cursor.id }
            return (Array(before.suffix(limit)), true)
        }
        var start = 0
        if let text = call["after_cursor"], !text.isEmpty {
            guard let cursor = IDCursor(text) else { throw .badRequest("invalid cursor") }
            var low = 0
            var high = rows.count
            while low < high {
                let middle = (low + high) / 2
                if id(rows[middle]) <= cursor.id { low = middle + 1 } else { high = middle }
            }
            start = low
        }
        let page = Array(rows[start...].prefix(limit))
        return (page, start + page.count < rows.count)
    }
}
