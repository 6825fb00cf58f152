/* SPDX-License-Identifier: MIT
 * C++: streams, listeners, clients.
 */
#ifndef CIGO_STREAM_HPP
#define CIGO_STREAM_HPP

#include <cigo/iter.hpp>

#include <string_view>

namespace cigo
{

class stream
{
public:
	stream() = default;
	/* Takes it over. */
	explicit stream(cigo_stream *own) noexcept : stream_(own) {}
	/* Over a descriptor, which it takes over. */
	static stream open(int fd)
	{
		return stream(cigo_stream_open(fd));
	}
	stream(stream &&other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
	stream &operator=(stream &&other) noexcept
	{
		std::swap(stream_, other.stream_);
		return *this;
	}
	~stream()
	{
		close();
	}

	/* Some bytes, at most n; 0 at the end. */
	result<std::size_t> read(where ctx, void *buf, std::size_t n)
	{
		return counted(cigo_stream_read(ctx, stream_, buf, n));
	}
	/* A line with its newline, lent until the next read; empty at the end. */
	result<std::string_view> read_line(where ctx)
	{
		cigo_bytes lent;
		return viewed(cigo_stream_read_line(ctx, stream_, &lent), lent);
	}
	result<std::string_view> read_until(where ctx, char delimiter)
	{
		cigo_bytes lent;
		return viewed(cigo_stream_read_until(ctx, stream_, delimiter, &lent), lent);
	}
	result<std::string_view> read_all(where ctx, std::size_t limit)
	{
		cigo_bytes lent;
		return viewed(cigo_stream_read_all(ctx, stream_, limit, &lent), lent);
	}
	result<std::size_t> write(where ctx, std::string_view text)
	{
		return counted(cigo_stream_write(ctx, stream_, text.data(), text.size()));
	}
	result<void> send(std::string_view text)
	{
		return result<void>::of(cigo_stream_send(stream_, text.data(), text.size()));
	}
	result<void> flush(where ctx)
	{
		return result<void>::of(cigo_stream_flush(ctx, stream_));
	}
	result<void> shutdown()
	{
		return result<void>::of(cigo_stream_shutdown(stream_));
	}
	template <class R, class P> void set_timeout(std::chrono::duration<R, P> d)
	{
		cigo_stream_set_timeout(stream_, nanoseconds(d));
	}
	/* The lines still to come, each lent until the next. The stream must outlive them. */
	iter<cigo_bytes> lines()
	{
		return iter<cigo_bytes>(cigo_stream_lines(stream_));
	}
	void close()
	{
		cigo_stream_close(std::exchange(stream_, nullptr));
	}
	operator cigo_stream *() const noexcept
	{
		return stream_;
	}

private:
	static result<std::size_t> counted(ssize_t n)
	{
		if (n < 0)
			return result<std::size_t>::failed(static_cast<int>(n));
		return static_cast<std::size_t>(n);
	}
	static result<std::string_view> viewed(ssize_t n, const cigo_bytes &lent)
	{
		if (n < 0)
			return result<std::string_view>::failed(static_cast<int>(n));
		return std::string_view(lent.data ? lent.data : "", lent.size);
	}

	cigo_stream *stream_ = nullptr;
};

inline std::string_view view(const cigo_bytes &bytes)
{
	return std::string_view(bytes.data ? bytes.data : "", bytes.size);
}

inline result<stream> dial(where ctx, const char *network, const char *address,
			   const cigo_dial_options *options = nullptr)
{
	cigo_stream *s;
	const int err = cigo_dial_with(ctx, network, address, options, &s);

	return err < 0 ? result<stream>::failed(err) : result<stream>(stream(s));
}

class listener
{
public:
	explicit listener(cigo_listener *own) noexcept : listener_(own) {}
	listener(listener &&other) noexcept : listener_(std::exchange(other.listener_, nullptr)) {}
	listener &operator=(listener &&other) noexcept
	{
		std::swap(listener_, other.listener_);
		return *this;
	}
	~listener()
	{
		cigo_listener_close(listener_);
	}
	result<stream> accept(where ctx, const cigo_accept_options *options = nullptr)
	{
		cigo_stream *s;
		const int err = cigo_accept_with(ctx, listener_, options, &s);

		return err < 0 ? result<stream>::failed(err) : result<stream>(stream(s));
	}
	void stop()
	{
		cigo_listener_stop(listener_);
	}
	const char *address() const
	{
		return cigo_listener_address(listener_);
	}
	operator cigo_listener *() const noexcept
	{
		return listener_;
	}

private:
	cigo_listener *listener_;
};

inline result<listener> listen(where ctx, const char *network, const char *address,
			       const cigo_listen_options *options = nullptr)
{
	cigo_listener *l;
	const int err = cigo_listen(ctx, network, address, options, &l);

	return err < 0 ? result<listener>::failed(err) : result<listener>(listener(l));
}

/*
 * Runs fn(ctx, stream) for each connection, until the listener is stopped; see cigo_serve. fn may be
 * called by several tasks, in turns. Its first exception ends the server, and is thrown here.
 */
template <class F>
result<void> serve(where ctx, listener &l, F &&fn, const cigo_serve_options *options = nullptr)
{
	struct server {
		F &fn;
		cigo_listener *listener;
		detail::failures failed;

		static int talk(cigo_ctx *own, cigo_stream *s, void *arg)
		{
			server *me = static_cast<server *>(arg);
			std::exception_ptr thrown;
			const int err = detail::guarded(thrown, [&] {
				std::invoke(me->fn, own, s);
				return 0;
			});
			if (thrown) {
				me->failed.keep(thrown);
				cigo_listener_stop(me->listener);
			}
			return err;
		}
	} me{ fn, l, {} };
	const int err = cigo_serve(ctx, l, server::talk, &me, options);

	detail::rethrow(me.failed.take());
	return result<void>::of(err);
}

/* The two ends of a pipe: what is read from, what is written to. */
inline result<std::pair<stream, stream>> pipe()
{
	using ends = std::pair<stream, stream>;
	cigo_stream *r, *w;
	const int err = cigo_pipe(&r, &w);

	return err < 0 ? result<ends>::failed(err) : result<ends>(ends(stream(r), stream(w)));
}

} // namespace cigo

#endif
