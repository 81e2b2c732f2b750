// --8<-- [start:imports]

package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"polyglot/identity"
	"polyglot/images"
)

// --8<-- [end:imports]

// --8<-- [start:authenticate]

// SignIn exchanges an API key for a token and the compute endpoint of each region.
func SignIn(ctx context.Context, authURL, username, apiKey string) (string, map[string]string, error) {
	client, err := identity.NewClientWithResponses(authURL)
	if err != nil {
		return "", nil, err
	}
	var request identity.RackspaceTokenRequest
	request.Auth.RAXKSKEYApiKeyCredentials = &identity.ApiKeyCredentials{Username: username, ApiKey: apiKey}
	answer, err := client.CreateRackspaceTokenWithResponse(ctx, request)
	if err != nil {
		return "", nil, err
	}
	if answer.JSON200 == nil {
		return "", nil, fmt.Errorf("sign-in: %s", answer.Status())
	}
	endpoints := map[string]string{}
	for _, service := range deref(answer.JSON200.Access.ServiceCatalog) {
		if deref(service.Name) == "cloudServersOpenStack" {
			for _, endpoint := range deref(service.Endpoints) {
				endpoints[deref(endpoint.Region)] = deref(endpoint.PublicURL)
			}
		}
	}
	return answer.JSON200.Access.Token.Id, endpoints, nil
}

// Connect makes a client for one region's compute endpoint.
func Connect(endpoint, token string) (*images.ClientWithResponses, error) {
	// A redirect would take the token to a host that nobody named.
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	authenticate := func(_ context.Context, request *http.Request) error {
		request.Header.Set("X-Auth-Token", token)
		return nil
	}
	return images.NewClientWithResponses(
		endpoint, images.WithHTTPClient(stay), images.WithRequestEditorFn(authenticate))
}

// --8<-- [end:authenticate]
// --8<-- [start:get]

// Describe gets an image and says in a line what it is.
func Describe(ctx context.Context, client *images.ClientWithResponses, id uuid.UUID) (string, error) {
	answer, err := client.GetImageWithResponse(ctx, id)
	if err != nil {
		return "", err // no answer, or one that is no JSON of the document's types
	}
	switch {
	case answer.JSON200 != nil: // nil unless the status is 200 and the body JSON
		image := answer.JSON200.Image
		return fmt.Sprintf("%s %s %d", deref(image.Name), deref(image.Status), deref(image.OSEXTIMGSIZESize)), nil
	case answer.JSON404 != nil && answer.JSON404.ItemNotFound != nil:
		return "", fmt.Errorf("no such image: %s", deref(answer.JSON404.ItemNotFound.Message))
	case answer.JSON429 != nil:
		return "", fmt.Errorf("too many requests: again in %s s", deref(answer.Headers429.RetryAfter))
	default:
		return "", fmt.Errorf("%s: %s", answer.Status(), answer.Body)
	}
}

// deref is the value of a member, or nothing where it is absent or null.
func deref[T any](value *T) T {
	if value == nil {
		var none T
		return none
	}
	return *value
}

// --8<-- [end:get]

// --8<-- [start:together]

// WhatIs signs in, and says what an image of a region is.
func WhatIs(ctx context.Context, authURL, username, apiKey, region string, id uuid.UUID) (string, error) {
	token, endpoints, err := SignIn(ctx, authURL, username, apiKey)
	if err != nil {
		return "", err
	}
	client, err := Connect(endpoints[region], token)
	if err != nil {
		return "", err
	}
	return Describe(ctx, client, id)
}

// --8<-- [end:together]
