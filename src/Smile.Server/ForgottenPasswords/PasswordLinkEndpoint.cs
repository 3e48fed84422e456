using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Smile.Catalogue.Wording;
using Smile.Correspondence.ForgottenPasswords;
using Smile.Customers.Access;
using Smile.Hosting;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Server.ForgottenPasswords;

/// <summary>
/// Answers the addresses of links to new passwords. Whoever has the link is its login's owner: nothing else is asked for. Of a link that
/// there never was, that was used, is too old or was replaced, one answer is given.
/// </summary>
internal sealed partial class PasswordLinkEndpoint(
    ServerSettings settings,
    IServiceScopeFactory scopes,
    ILogger<PasswordLinkEndpoint> logger
) : IDisposable
{
    private const string FormType = "application/x-www-form-urlencoded";
    private const int LongestForm = 8 * 1024;
    private const int MostFields = 8;

    /// <summary>Pages that are made at a time: nobody is known here, so no login's limit holds, and calls need connections too.</summary>
    private const int MostAtOnce = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Caller Customer = Caller.Server(new Usn("password-link"));

    private readonly SemaphoreSlim _turns = new(MostAtOnce);

    private enum FormProblem
    {
        OtherType,
        TooLarge,
        Unreadable,
    }

    public async Task AnswerAsync(HttpContext context)
    {
        SetHeaders(context.Response.Headers);
        var stage = context.Features.Get<StageFeature>()!.Stage;
        try
        {
            await AnswerAsync(context, stage);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailure(exception, stage.Name);
            var later = PasswordPage.Message(LanguageOf(stage), Word.PasswordLater);
            await SendAsync(context, StatusCodes.Status500InternalServerError, later);
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task AnswerAsync(HttpContext context, Stage stage)
    {
        // The form is read before a turn is waited for: who sends slowly keeps nobody waiting.
        var form = new Form("", "");
        if (HttpMethods.IsPost(context.Request.Method))
        {
            var (read, problem) = await ReadFormAsync(context);
            if (read is null)
            {
                await RefuseAsync(context, problem);
                return;
            }

            form = read;
        }

        if (!await _turns.WaitAsync(Patience, context.RequestAborted))
        {
            context.Response.Headers.RetryAfter = "5";
            var later = PasswordPage.Message(LanguageOf(stage), Word.PasswordLater);
            await SendAsync(context, StatusCodes.Status503ServiceUnavailable, later);
            return;
        }

        (int Status, string Page) answer;
        try
        {
            answer = await DecideAsync(context, stage, form);
        }
        finally
        {
            _turns.Release();
        }

        await SendAsync(context, answer.Status, answer.Page);
    }

    private async Task<(int Status, string Page)> DecideAsync(HttpContext context, Stage stage, Form form)
    {
        var token = (string)context.Request.RouteValues[HiddenTokens.RouteValue]!;
        var cancellation = context.RequestAborted;
        var opened =
            settings.ForgottenPasswords.Mail == ForgottenPasswordMail.Link
                ? await scopes.RunAsync<PasswordLinks, OpenedPasswordLink?>(stage, Customer, links => links.FindAsync(token, cancellation))
                : null;
        if (opened is null)
        {
            return Gone(stage);
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return (StatusCodes.Status200OK, PasswordPage.Form(opened.Language, opened.Username, problem: null));
        }

        if (ProblemOf(form, opened.Language) is { } problem)
        {
            return (StatusCodes.Status400BadRequest, PasswordPage.Form(opened.Language, opened.Username, problem));
        }

        var isSet = await scopes.RunAsync<PasswordLinks, bool>(
            stage,
            Customer,
            links => links.UseAsync(token, form.Password, cancellation)
        );
        return isSet ? (StatusCodes.Status200OK, PasswordPage.Message(opened.Language, Word.PasswordChanged)) : Gone(stage);
    }

    private static (int Status, string Page) Gone(Stage stage) =>
        (StatusCodes.Status404NotFound, PasswordPage.Message(LanguageOf(stage), Word.PasswordLinkGone));

    private static string? ProblemOf(Form form, Language language) =>
        form switch
        {
            _ when form.Password != form.Repeated => language[Word.PasswordsDiffer],
            _ when !Passwords.IsAllowed(form.Password) => PasswordPage.Rule(language),
            _ => null,
        };

    /// <returns>The form, or what is wrong with it.</returns>
    private static async Task<(Form? Form, FormProblem Problem)> ReadFormAsync(HttpContext context)
    {
        // Forms of other types could carry files.
        var request = context.Request;
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase)
        )
        {
            return (null, FormProblem.OtherType);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = LongestForm;
        }

        try
        {
            var options = new FormOptions
            {
                ValueCountLimit = MostFields,
                KeyLengthLimit = LongestForm,
                ValueLengthLimit = LongestForm,
            };
            var fields = await request.ReadFormAsync(options, context.RequestAborted);
            return (new Form(fields[PasswordPage.Password].ToString(), fields[PasswordPage.Repeated].ToString()), default);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, FormProblem.TooLarge);
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException)
        {
            return (null, FormProblem.Unreadable);
        }
    }

    /// <summary>What no browser sends that shows the page.</summary>
    private static Task RefuseAsync(HttpContext context, FormProblem problem)
    {
        var (status, message) = problem switch
        {
            FormProblem.OtherType => (StatusCodes.Status415UnsupportedMediaType, $"Send {FormType}."),
            FormProblem.TooLarge => (StatusCodes.Status413PayloadTooLarge, $"Send {LongestForm} bytes at most."),
            _ => (StatusCodes.Status400BadRequest, $"Send the fields {PasswordPage.Password} and {PasswordPage.Repeated}."),
        };
        return SendAsync(context, status, message, "text/plain");
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = PasswordPage.SecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";

        // The address is the secret: no other site is told where its visitor came from.
        headers["Referrer-Policy"] = "no-referrer";
    }

    private static async Task SendAsync(HttpContext context, int status, string content, string type = "text/html")
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        context.Response.StatusCode = status;
        context.Response.ContentType = type + "; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    /// <summary>The language of answers that belong to no customer: that of the first company.</summary>
    private static Language LanguageOf(Stage stage) =>
        stage.HasCatalogue && stage.Catalogue.Content.Companies is [var first, ..]
            ? stage.Catalogue.Language(first.Id, null)
            : BuiltInLanguages.Default;

    private sealed record Form(string Password, string Repeated);

    [LoggerMessage(Level = LogLevel.Error, Message = "The page of a link to a new password on stage {Stage} failed")]
    private partial void LogFailure(Exception exception, string stage);
}
